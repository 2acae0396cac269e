/** The last hour of what the overview shows: per run the numbers of {@link PastField}. */
import { appTitle } from '../../../protocol/labels';
import type { Past, PastField } from '../../../protocol/page';
import { inJson } from '../in-json';
import type { LiveProcess } from '../processes/live-process';
import { downsample } from './downsample';
import { Timeline } from './timeline';

const HOUR_MS = 60 * 60_000;
/** Runs that have ended in the last hour count too. */
const MAX_RUNS = 1000;
const MAX_BYTES = 64 * 1024 * 1024;
/** Of the past as a viewer gets it: what a small chart shows, and fewer where there are very many rows. */
const PAST_POINTS = 240;
/** In all rows together: as JSON about half of what a viewer may leave unread. */
const MAX_PAST_NUMBERS = 400_000;

const FIELDS: Readonly<Record<PastField, (process: LiveProcess) => number | undefined>> = {
  cpu: ({ cpu }) => cpu,
  memory: ({ memoryBytes }) => memoryBytes,
  eventLoop: ({ vitals }) => vitals.eventLoop,
  requests: ({ vitals }) => vitals.requests,
  errors: ({ vitals }) => vitals.errors,
  p95: ({ vitals }) => vitals.latency,
};
const NAMES = Object.keys(FIELDS) as PastField[];

export class History {
  private readonly timeline = new Timeline({
    maxAgeMs: HOUR_MS,
    maxRows: MAX_RUNS * NAMES.length,
    maxBytes: MAX_BYTES,
  });

  get bytes(): number {
    return this.timeline.bytes;
  }

  /** The number of moments that it has. */
  get length(): number {
    return this.timeline.length;
  }

  /** The vitals of a process that is not heard any more are old, so they are left out. */
  add(time: number, processes: readonly LiveProcess[]): void {
    this.timeline.push(
      time,
      processes.flatMap((process) =>
        NAMES.map((field) => {
          const isOfPm2 = field === 'cpu' || field === 'memory';
          const value = isOfPm2 || process.isHeard ? FIELDS[field](process) : undefined;
          return [JSON.stringify([process.run.key, appTitle(process.run), field]), value ?? NaN] as const;
        }),
      ),
    );
  }

  past(): Past {
    const all = this.timeline.read();
    const points = Math.min(PAST_POINTS, Math.floor(MAX_PAST_NUMBERS / Math.max(1, all.rows.length)));
    const { times, rows } = downsample(all, points);
    return [
      times,
      rows.map(([key, values]) => {
        const [run, app, field] = JSON.parse(key) as [string, string, PastField];
        return [run, app, field, values.map(inJson)];
      }),
    ];
  }
}
