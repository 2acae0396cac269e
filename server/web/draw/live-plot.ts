/** The plot of one open chart, kept up to date while it is visible. */
import type uPlot from 'uplot';
import type { Mark } from '../../protocol/page';
import type { Live } from '../live/live';
import type { OpenChart } from '../live/open-charts';
import { Topic } from '../live/topic';
import { formatOf } from '../words/numbers';
import { fillPlotData, type PlotData } from './plot-data';
import { markAt } from './marks';
import { createPlot } from './plot';
import { theme } from './theme';
import { Painters } from './visible';

const HEIGHT = 170;

const painters = new Painters();

export class LivePlot {
  /** What is under the cursor has changed. */
  readonly cursorTopic = new Topic();
  readonly #host: HTMLElement;
  readonly #chart: OpenChart;
  readonly #live: Live;
  readonly #ends: (() => void)[];
  readonly #resizes: ResizeObserver;
  #seconds: number;
  #width = 0;
  #plot: uPlot | undefined;
  #data: PlotData = [[]];
  /** What the plot was made for. */
  #names: readonly string[] | undefined;
  #colours: unknown;
  #cursor: number | null = null;
  #cursorLeft = -1;

  constructor(host: HTMLElement, chart: OpenChart, live: Live, seconds: number) {
    this.#host = host;
    this.#chart = chart;
    this.#live = live;
    this.#seconds = seconds;
    const paint = (): void => painters.paint(host);
    this.#ends = [painters.add(host, () => this.#paint()), ...[chart.news, theme.topic].map((t) => t.subscribe(paint))];
    this.#resizes = new ResizeObserver(([entry]) => {
      this.#width = Math.floor(entry?.contentRect.width ?? 0);
      paint();
    });
    this.#resizes.observe(host);
  }

  show(seconds: number): void {
    this.#seconds = seconds;
    painters.paint(this.#host);
  }

  end(): void {
    for (const end of this.#ends) end();
    this.#resizes.disconnect();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  /** A series' number under the cursor, or else its newest one. */
  valueOf(series: number): number {
    if (this.#cursor === null) return this.#chart.buffer.last(series);
    return this.#data[series + 1]?.[this.#cursor] ?? Number.NaN;
  }

  /** Under the cursor, in epoch milliseconds; `undefined`: the cursor is elsewhere. */
  get cursorTime(): number | undefined {
    const time = this.#cursor === null ? undefined : this.#data[0][this.#cursor];
    return time === undefined ? undefined : time * 1000;
  }

  get cursorMark(): Mark | undefined {
    if (this.#plot === undefined || this.#cursorLeft < 0) return undefined;
    return markAt(this.#plot, this.#cursorLeft, this.#marks());
  }

  #marks(): readonly Mark[] {
    const { app, pmId } = this.#chart.spec;
    return this.#live.marks.filter(
      (mark) => (app === undefined || mark[2] === app) && (typeof pmId !== 'number' || mark[3] === pmId),
    );
  }

  #range(): [number, number] {
    const to = this.#live.now() / 1000;
    return [to - this.#seconds, to];
  }

  #paint(): void {
    const { buffer, hasOther, unit } = this.#chart;
    if (this.#width === 0 || buffer.names.length === 0) return;
    if (this.#plot === undefined || this.#names !== buffer.names || this.#colours !== theme.colours) {
      this.#plot?.destroy();
      this.#names = buffer.names;
      this.#colours = theme.colours;
      this.#data = [[], ...buffer.names.map(() => [])];
      this.#plot = createPlot({
        ...{ host: this.#host, width: this.#width, height: HEIGHT, names: buffer.names, hasOther },
        format: formatOf(unit),
        range: () => this.#range(),
        marks: () => this.#marks(),
        onCursor: (index, left) => this.#onCursor(index, left),
      });
    } else if (this.#plot.width !== this.#width) {
      this.#plot.setSize({ width: this.#width, height: HEIGHT });
    }
    const [from, to] = this.#range();
    fillPlotData(this.#data, buffer, { from: from * 1000, to: to * 1000, pixels: this.#width });
    this.#plot.setData(this.#data);
  }

  #onCursor(index: number | null, left: number): void {
    if (left < 0) index = null;
    if (index === this.#cursor && left === this.#cursorLeft) return;
    this.#cursor = index;
    this.#cursorLeft = left;
    this.cursorTopic.changed();
  }
}
