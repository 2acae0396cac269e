/** What a plot shows of a chart's points: at most as many as it has pixels. */
import type { PointBuffer } from '../live/buffer';

/** As uPlot takes them: times in seconds, and the numbers of each series. Arrays are written again each time. */
export type PlotData = [times: number[], ...values: (number | null)[][]];

/**
 * Where there are more points than pixels, a step of time shows its largest number: peaks are what one looks for. Steps
 * begin at whole multiples of their length, so that they do not change their shape as time goes on.
 */
export function fillPlotData(data: PlotData, buffer: PointBuffer, window: Window): void {
  const { from, to, pixels } = window;
  const stepMs = Math.ceil((to - from) / 1000 / Math.max(1, pixels)) * 1000;
  const start = buffer.since(from - stepMs);
  const [times, ...values] = data;
  let count = 0;
  let step = Number.NaN;
  for (let point = start; point < buffer.length; point++) {
    const time = buffer.times[point]!;
    const its = Math.floor(time / stepMs);
    const isNew = stepMs <= 1000 || its !== step;
    if (isNew) {
      step = its;
      times[count++] = time / 1000;
    }
    for (let series = 0; series < values.length; series++) {
      const value = buffer.values[series]![point]!;
      const list = values[series]!;
      const before = isNew ? null : list[count - 1]!;
      list[count - 1] = Number.isNaN(value) ? before : before === null ? value : Math.max(before, value);
    }
  }
  for (const list of data) list.length = count;
}

export interface Window {
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly pixels: number;
}
