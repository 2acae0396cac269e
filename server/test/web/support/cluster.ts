/** Rows, marks and metrics for tests of the page. */
import type { FoundMetric, ProcessRow } from '../../../protocol/page';

export interface RowValues {
  readonly run: string;
  readonly pmId: number;
  readonly app: string;
  readonly status: string;
  readonly restarts: number;
  readonly cpu: number | null;
  readonly memory: number | null;
  readonly eventLoop: number | null;
  readonly requests: number | null;
  readonly errors: number | null;
  readonly p95: number | null;
  readonly blockedSince: number | null;
  readonly stack: string | null;
  readonly odd: string | null;
  readonly why: string | null;
}

export function row(pmId: number, app: string, values: Partial<RowValues> = {}): ProcessRow {
  const all: RowValues = {
    ...{ run: `run-${pmId}`, pmId, app, status: 'online', restarts: 0 },
    ...{ cpu: 0.25, memory: 100 * 1024 ** 2, eventLoop: 0.002, requests: 10, errors: 0, p95: 0.05 },
    ...{ blockedSince: null, stack: null, odd: null, why: null },
    ...values,
  };
  const { cpu, memory, eventLoop, requests, errors, p95, blockedSince, stack, odd, why } = all;
  return [
    ...([all.run, pmId, app, all.status, Date.now() - 60_000, all.restarts] as const),
    ...([cpu, memory, eventLoop, requests, errors, p95, null, blockedSince, stack, odd, why] as const),
  ];
}

export function metric(name: string, values: Partial<FoundMetric> = {}): FoundMetric {
  const own = { name, kind: 'counter', unit: null, description: '', series: 12, examples: [] } as const;
  return { ...own, apps: ['shop'], attributes: ['route', 'method'], ...values };
}

/** A name as an attacker would choose it. */
export const HTML = '<img src=x onerror="document.title=1"><b>bold</b>';
