/** uPlot, set up for one chart: seconds pass by, from the right to the left. */
import uPlot from 'uplot';
import type { Mark } from '../../protocol/page';
import type { Format } from '../words/numbers';
import { timeOfDay, withoutZeros } from '../words/numbers';
import { drawMarks } from './marks';
import { theme, type Colours } from './theme';

/** More lines than these are one pixel wide: without a GPU, wider ones take eight times as long to paint. */
const FEW_LINES = 6;

export interface PlotInput {
  readonly host: HTMLElement;
  readonly width: number;
  readonly height: number;
  readonly names: readonly string[];
  readonly hasOther: boolean;
  readonly format: Format;
  /** Seconds since the epoch. */
  readonly range: () => [from: number, to: number];
  readonly marks: () => readonly Mark[];
  /** Index of the point under the cursor; `null`: the cursor is elsewhere. */
  readonly onCursor: (index: number | null, left: number) => void;
}

/** If there are more series than colours, the colours are used again for dashed lines. */
export function styleOf(
  index: number,
  count: number,
  hasOther: boolean,
  colours: Colours,
): { readonly stroke: string; readonly isDashed: boolean } {
  if (hasOther && index === count - 1) return { stroke: colours.other, isDashed: true };
  const { series } = colours;
  return { stroke: series[index % series.length]!, isDashed: index % (2 * series.length) >= series.length };
}

export function createPlot({ host, width, height, names, hasOther, format, ...input }: PlotInput): uPlot {
  const { colours } = theme;
  const axis: uPlot.Axis = {
    stroke: colours.muted,
    font: '11px system-ui, sans-serif',
    grid: { stroke: colours.line, width: 1 },
    ticks: { show: false },
  };
  const lineWidth = names.length > FEW_LINES ? 1 : 1.5;
  const series = names.map((label, index): uPlot.Series => {
    const { stroke, isDashed } = styleOf(index, names.length, hasOther, colours);
    return { label, stroke, width: lineWidth, points: { show: false }, ...(isDashed ? { dash: [4, 3] } : {}) };
  });
  return new uPlot(
    {
      width,
      height,
      series: [{}, ...series],
      legend: { show: false },
      padding: [8, 6, 0, 0],
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: 'charts' } },
      scales: { x: { time: true, range: input.range }, y: { range: rangeOfValues } },
      axes: [
        { ...axis, size: 22, gap: 4, space: 90, values: (_, splits) => splits.map((split) => timeOfDay(split * 1000)) },
        {
          ...axis,
          size: 62,
          gap: 6,
          space: 32,
          values: (_, splits) => splits.map((split) => withoutZeros(format(split))),
        },
      ],
      hooks: {
        draw: [(plot) => drawMarks(plot, input.marks())],
        setCursor: [(plot) => input.onCursor(plot.cursor.idx ?? null, plot.cursor.left ?? -1)],
      },
    },
    [[], ...names.map(() => [])],
    host,
  );
}

/** Zero belongs to it, so that a small change does not look like a large one. */
function rangeOfValues(_: uPlot, least: number | null, most: number | null): [number, number] {
  const low = Math.min(0, least ?? 0);
  const high = Math.max(0, most ?? 0);
  return low === 0 && high === 0 ? [0, 1] : [low * 1.05, high * 1.05];
}
