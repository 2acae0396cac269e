/** Results of rounds, made by hand from processes as PM2 lists them and snapshots of the real encoder and wire form. */
import type { Worker } from 'node:worker_threads';
import type { Snapshot } from '../../core/snapshot';
import type { RunSnapshot } from '../protocol/run';
import type { ClusterPool } from '../src/cluster-pool';
import { readProcessList, type ProcessInfo } from '../src/pm2/process-list';
import { ErrorCounts, type RoundResult } from '../src/rounds/result';
import type { InstanceAnswer } from '../src/rounds/runs/outcome';
import { counter, point } from '../../test/core/encoder/collections';
import { Instance } from './workers/cluster/merged-instances';

/** One run of one process of an app that counts its orders. */
export class Process {
  private readonly instance: Instance;

  constructor(
    readonly app: string,
    readonly pmId: number,
    private readonly pid = 1000 + pmId,
    private readonly namespace = 'default',
  ) {
    this.instance = new Instance(pmId, this.as('online').run.key, app);
  }

  as(status: string): ProcessInfo {
    const { pmId: pm_id, app: name, pid, namespace } = this;
    const pm2_env = { status, pm_uptime: 1_795_000_000_000, namespace };
    return readProcessList([{ pm_id, name, pid, pm2_env }])[0] as ProcessInfo;
  }

  /** Its answer after it has counted this many orders. */
  orders(count: number): Promise<Listed> {
    return this.answers(counter('orders', [point({}, count)]));
  }

  async answers(...metrics: readonly unknown[]): Promise<Listed> {
    const process = this.as('online');
    return { process, answer: { ...(await this.instance.answer(...metrics)), run: process.run } };
  }

  /** Running, without an answer. */
  silent(): Listed {
    return { process: this.as('online') };
  }

  /** Running, and of an app that has never answered. */
  withoutExporter(): Listed {
    return { process: this.as('online'), isUnknown: true };
  }

  is(status: string): Listed {
    return { process: this.as(status) };
  }
}

/** A process of a round, with its answer if there is one. */
export interface Listed {
  readonly process: ProcessInfo;
  readonly answer?: RunSnapshot;
  /** Whether its app has never answered. */
  readonly isUnknown?: true;
}

let rounds = 0;

export async function round(...all: readonly (Listed | Promise<Listed>)[]): Promise<RoundResult> {
  const listed: Listed[] = [];
  for (const one of all) listed.push(await one);
  const answers = listed.flatMap(({ answer }): InstanceAnswer[] =>
    answer === undefined ? [] : [{ ...answer, bytes: 100, durationMs: 1, ageMs: 1 }],
  );
  return {
    round: ++rounds,
    started: 1_795_000_000_000 + rounds,
    durationMs: 1,
    processes: listed.map(({ process }) => process),
    answers,
    leaving: [],
    blocked: [],
    silent: listed.flatMap(({ process: { run }, answer, isUnknown }) =>
      answer === undefined && isUnknown === undefined
        ? [{ run, reason: 'late', message: 'it has not answered within 5 ms' } as const]
        : [],
    ),
    errors: new ErrorCounts().totals,
  };
}

/** The only thread of a pool, for tests that end it. */
export function threadOf(pool: ClusterPool): Worker {
  const { threads } = (pool as unknown as { pool: { threads: Map<{ piscina: { threads: Worker[] } }, unknown> } }).pool;
  return [...threads.keys()][0]?.piscina.threads[0] as Worker;
}

/** The same, with attributes that are no JSON. */
export function unreadable(snapshot: Snapshot): Snapshot {
  const scopes = snapshot.scopes.map(({ scope, families }) => ({
    scope,
    families: families.map((family) => ({
      ...family,
      pages: family.pages.map(({ page, base }) => {
        const attributes = new Uint8Array(new SharedArrayBuffer(2 * page.size));
        attributes.set(Buffer.from('?\n'.repeat(page.size)));
        return { base, page: { ...page, attributes } };
      }),
    })),
  }));
  return { ...snapshot, scopes };
}
