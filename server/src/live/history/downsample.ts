/** Fewer points of a timeline: as many as a width has room for. */
import type { Sampled } from './timeline';

/**
 * The time is cut into equal parts. Each part keeps the least and the greatest number of each row, in the order in which
 * they came: no peak gets lost. A part has two times, its beginning and its middle, which all rows share.
 */
export function downsample(all: Sampled, points: number): Sampled {
  const { times, rows } = all;
  const parts = Math.max(1, Math.floor(points / 2));
  if (times.length <= 2 * parts) return all;
  const begin = times[0] as number;
  const width = ((times.at(-1) as number) - begin) / parts || 1;
  const partOf = times.map((time) => Math.min(parts - 1, Math.floor((time - begin) / width)));
  const used = [...new Set(partOf)];
  return {
    times: used.flatMap((part) => [Math.round(begin + part * width), Math.round(begin + (part + 0.5) * width)]),
    rows: rows.map(([key, values]) => {
      const extremes = new Map(used.map((part) => [part, { least: NaN, greatest: NaN, isRising: true }]));
      values.forEach((value, i) => {
        const part = extremes.get(partOf[i] as number);
        if (part === undefined || Number.isNaN(value)) return;
        if (!(value <= part.greatest)) [part.greatest, part.isRising] = [value, true];
        if (!(value >= part.least)) [part.least, part.isRising] = [value, part.greatest === value];
      });
      return [
        key,
        [...extremes.values()].flatMap(({ least, greatest, isRising }) =>
          isRising ? [least, greatest] : [greatest, least],
        ),
      ];
    }),
  };
}
