/** Servers that sum by the same state file, one after the other, with real worker threads. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Logger } from 'pino';
import type { ClusterPool } from '../src/cluster-pool';
import { ClusterSums, type Merged } from '../src/cluster-sums';
import type { KnownNumbers } from '../src/rounds/result';
import { StateStore } from '../src/state-store';
import { scalarsOf } from './workers/cluster/merged-instances';

export interface Host {
  readonly file: string;
  /** Lines of the log, with `FILE` for the path. */
  readonly told: string[];
  slackBytes: number;
  /** Milliseconds. */
  clock: number;
  /** What the server knows of runs, whether they have answered in a round or not. */
  known: readonly KnownNumbers[];
  /** Starts a server. The one before, if there was one, does nothing more: as if it had been killed. */
  serve(): ClusterSums;
}

export function hostOf(t: ExecutionContext, pool: ClusterPool): Host {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-sums-'));
  const served: ClusterSums[] = [];
  t.teardown(async () => {
    // What is under way would create the folder again.
    for (const sums of served) await sums.settled();
    rmSync(folder, { recursive: true, force: true });
  });
  const file = join(folder, 'state');
  const told: string[] = [];
  return {
    file,
    told,
    slackBytes: 1e6,
    clock: 0,
    known: [],
    serve() {
      const say = (line: string): void => void told.push(line.replaceAll(file, 'FILE'));
      const log = { info: say, warn: say } as unknown as Pick<Logger, 'info' | 'warn'>;
      const now = (): number => this.clock;
      const store = new StateStore({ file, pool, log, now, slackBytes: this.slackBytes });
      const labels = { app: 'pm2_app', namespace: 'pm2_namespace', instance: 'pm_id' };
      const known = (): readonly KnownNumbers[] => this.known;
      const sums = new ClusterSums({ ...{ pool, store, rules: [], maxEndedSeries: 1000 }, labels, known, now });
      served.push(sums);
      return sums;
    },
  };
}

/** By app. */
export function ordersOf({ snapshots }: Merged): Record<string, number | undefined> {
  return Object.fromEntries(snapshots.map((part) => [part.labels[0]?.[1] ?? '', scalarsOf(part)['orders {}']]));
}
