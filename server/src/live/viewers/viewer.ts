/** A page of the dashboard that is open in a browser: what it has been told, and the charts that it shows. */
import { randomBytes } from 'node:crypto';
import type { Chart, ChartPoints, ChartSeries } from '../../../protocol/page';
import { inJson } from '../in-json';
import { downsample } from '../history/downsample';
import type { Charts } from '../charts/charts';
import type { OpenChart } from '../charts/open-chart';

/** Where the events of a viewer go. */
export interface Outlet {
  send(event: string, json: string): void;
  end(): void;
  onClose(listener: () => void): void;
}

interface Shown {
  readonly chart: Chart;
  /** `undefined`: as many charts are open as may be. */
  open: OpenChart | undefined;
  /** What the viewer knows of the chart's series; `undefined`: nothing. */
  told: number | undefined;
  /** Time of the last points that the viewer has. */
  until: number;
}

const FULL = 'As many charts are open as this server keeps: close some, here or in another window.';

export class Viewer {
  /** A secret: a request that names it may choose this page's charts. */
  readonly stream = randomBytes(16).toString('base64url');
  private shown: readonly Shown[] = [];

  constructor(
    private readonly outlet: Outlet,
    private readonly charts: Charts,
  ) {}

  send(event: string, json: string): void {
    this.outlet.send(event, json);
  }

  end(): void {
    this.outlet.end();
  }

  /** Opens and closes what differs from before. */
  show(charts: readonly Chart[]): void {
    const former = new Map(this.shown.map((one) => [one.chart.id, one]));
    const next = charts.map((chart): Shown => {
      const before = former.get(chart.id);
      if (before !== undefined && JSON.stringify(before.chart) === JSON.stringify(chart)) return before;
      return { chart, open: undefined, told: undefined, until: 0 };
    });
    const kept = new Set(next);
    for (const one of this.shown) if (!kept.has(one) && one.open !== undefined) this.charts.close(one.open);
    this.shown = next;
    this.tell();
  }

  /** Closes all charts. */
  close(): void {
    this.show([]);
  }

  /** Sends what is new of the charts. */
  tell(): void {
    for (const one of this.shown) {
      // One that had no room may have some now.
      one.open ??= this.charts.open(one.chart);
      const { chart, open } = one;
      if (open === undefined) {
        if (one.told === undefined) this.sendSeries([chart.id, FULL]);
        one.told = 0;
      } else if (open.version > 0) this.tellOf(one, open);
    }
  }

  private tellOf(one: Shown, open: OpenChart): void {
    const { id, points } = one.chart;
    if (one.told !== open.version) {
      one.told = open.version;
      if (open.problem !== undefined) {
        this.sendSeries([id, open.problem]);
        return;
      }
      this.sendSeries([id, open.unit ?? null, open.names, open.hasOther]);
      const { times, rows } = downsample(open.past(), points);
      one.until = times.at(-1) === undefined ? 0 : open.latestAt;
      this.sendPoints([id, times, rows.map(([, values]) => values.map(inJson))]);
    } else if (open.problem === undefined && open.latestAt !== one.until) {
      one.until = open.latestAt;
      this.sendPoints([id, [open.latestAt], open.latest.map((value) => [inJson(value)])]);
    }
  }

  private sendSeries(series: ChartSeries): void {
    this.send('series', JSON.stringify(series));
  }

  private sendPoints(points: ChartPoints): void {
    this.send('points', JSON.stringify(points));
  }
}
