/** What the server answers, checked: it may be of another version, or another server. */
import * as v from 'valibot';
import type { OverviewAnswer } from '../../protocol/overview';
import type { Cardinality } from '../../protocol/page';

const number = v.fallback(v.nullable(v.number()), null);
const text = v.fallback(v.nullable(v.string()), null);
const amount = v.fallback(v.number(), 0);
const list = <T extends v.GenericSchema>(item: T) => v.fallback(v.array(item), []);

const OVERVIEW = v.object({
  version: v.string(),
  now: v.number(),
  problem: text,
  processes: v.array(
    v.object({
      run: v.fallback(v.string(), ''),
      pmId: v.number(),
      app: v.string(),
      namespace: text,
      status: v.string(),
      startedAt: number,
      restarts: amount,
      cpu: number,
      memoryBytes: number,
      eventLoopDelay: number,
      requestsPerSecond: number,
      errorsPerSecond: number,
      p95: number,
      sessions: number,
      blockedSince: number,
      stack: text,
      odd: text,
      why: text,
      path: text,
    }),
  ),
});

const CARDINALITY = v.object({
  series: v.number(),
  since: v.number(),
  metrics: v.array(
    v.object({
      metric: v.string(),
      app: v.string(),
      series: v.number(),
      grown: amount,
      attributes: list(v.object({ name: v.string(), values: v.number(), grown: amount })),
      processes: list(v.object({ pmId: v.number(), series: v.number() })),
    }),
  ),
});

/** @returns `undefined` if it is nothing of the kind */
export function readOverview(value: unknown): OverviewAnswer | undefined {
  const read = v.safeParse(OVERVIEW, value);
  return read.success ? read.output : undefined;
}

/** @returns `undefined` if it is nothing of the kind */
export function readCardinality(value: unknown): Cardinality | undefined {
  const read = v.safeParse(CARDINALITY, value);
  return read.success ? read.output : undefined;
}
