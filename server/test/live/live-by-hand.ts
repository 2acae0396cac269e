/** The dashboard's side of a server without sockets: rounds are made by hand, threads are real. */
import { StateLog } from '../../../core/state-log';
import type { ClusterPool } from '../../src/cluster-pool';
import { Live, type LiveOptions } from '../../src/live/live';
import type { Outlet, Viewer } from '../../src/live/viewers/viewer';
import type { RoundResult } from '../../src/rounds/result';
import { histogram, point } from '../../../test/core/encoder/collections';
import { round, type Listed } from '../rounds-by-hand';

/** Of the rounds that are made by hand. */
export const BEGIN = 1_795_000_000_000;

/** What stands in the events of a page, in their order. */
export type Event = readonly [name: string, data: unknown];

export interface LiveWorld {
  readonly live: Live;
  /** How often a round was asked for. */
  readonly asked: () => number;
  /** Lines of the log. */
  readonly logged: readonly string[];
  /** Gives a round its time, in seconds from the beginning, and waits until it is shown. */
  take(seconds: number, ...listed: readonly (Listed | Promise<Listed>)[]): Promise<RoundResult>;
  open(): { readonly page: Viewer; readonly events: Event[]; close(): void };
}

export function liveWorld(pool: ClusterPool, options: Partial<LiveOptions> = {}): LiveWorld {
  const logged: string[] = [];
  let asked = 0;
  let now = BEGIN;
  const live = new Live({
    version: '1.2.3',
    pool,
    ask: () => Promise.resolve(asked++),
    sums: () => Promise.resolve([]),
    known: () => [],
    asked: { self: 99, includes: ({ run }) => run.app !== 'left-out' },
    states: new StateLog({ info: (line) => logged.push(line), warn: (line) => logged.push(line) }),
    now: () => now,
    ...options,
  });
  return {
    live,
    asked: () => asked,
    logged,
    async take(seconds, ...listed) {
      const result = at(await round(...listed), BEGIN + 1000 * seconds);
      now = result.started;
      live.take(result);
      await live.settled();
      return result;
    },
    open() {
      const events: Event[] = [];
      let close = (): void => undefined;
      const outlet: Outlet = {
        send: (name, json) => void events.push([name, JSON.parse(json)]),
        end: () => close(),
        onClose: (listener) => (close = listener),
      };
      const page = live.open(() => outlet) as Viewer;
      return { page, events, close: () => close() };
    },
  };
}

/** The round and its snapshots are of that time. */
export function at(result: RoundResult, time: number): RoundResult {
  const answers = result.answers.map((answer) => ({ ...answer, snapshot: { ...answer.snapshot, time } }));
  return { ...result, started: time, answers };
}

/** What OpenTelemetry's instrumentation counts: so many requests have been answered, and these had an error. */
export function requests(ok: number, failed = 0): object {
  const bounds = [0.1, 0.5, 1];
  const of = (status: number, count: number) =>
    point(
      { 'http.response.status_code': status },
      { count, sum: 0.3 * count, min: 0.2, max: 0.4, buckets: { boundaries: bounds, counts: [0, count, 0, 0] } },
    );
  return histogram('http.server.request.duration', [of(200, ok), of(500, failed)]);
}

/** Data of all events of a name. */
export function named(events: readonly Event[], name: string): unknown[] {
  return events.flatMap(([one, data]) => (one === name ? [data] : []));
}
