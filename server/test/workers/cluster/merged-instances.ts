/** Instances made by hand, whose snapshots go through the real encoder and the wire, and a cluster that merges them. */
import { spareMemory, type ClusterState } from '../../../protocol/state';
import type { AbsorbResult, AppRound, GaugeRule } from '../../../protocol/tasks';
import type { LabelledSnapshot } from '../../../protocol/render';
import type { RunSnapshot } from '../../../protocol/run';
import type { HrTime, ResourceMetrics } from '../../../../core/otel';
import { strideOf, type Family, type Snapshot } from '../../../../core/snapshot';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import type { KnownPage } from '../../../../core/wire/decode';
import { textsOf } from '../../../../core/page-texts';
import { forEachSeries, pagesOf } from '../../../../core/series';
import { ClusterMerger } from '../../../workers/cluster';
import { decode } from '../../../workers/decode';
import { encodeSnapshot } from '../../../../core/wire/encode';
import { collected } from '../../../../test/core/encoder/collections';

/** One run of one process. */
export class Instance {
  private encoder = new SnapshotEncoder({ maxSeries: 100_000 });
  private known: ReadonlyMap<number, KnownPage> = new Map();
  private pageIds = 0;

  constructor(
    readonly pmId: number,
    readonly key: string,
    readonly app = 'shop',
  ) {}

  /** The exporter starts anew within the process. */
  reload(): void {
    this.encoder = new SnapshotEncoder({ maxSeries: 100_000 });
    this.known = new Map();
  }

  async answer(...metrics: readonly unknown[]): Promise<RunSnapshot> {
    return this.answerWith({}, ...metrics);
  }

  async answerWith(resource: Record<string, unknown>, ...metrics: readonly unknown[]): Promise<RunSnapshot> {
    return this.answerOf([{ scope: { name: 'test' }, metrics }], resource);
  }

  async answerOf(scopeMetrics: readonly object[], resource: Record<string, unknown> = {}): Promise<RunSnapshot> {
    const data = { resource: { attributes: resource }, scopeMetrics } as unknown as ResourceMetrics;
    const { snapshot } = await this.encoder.encode({ ...collected(), data });
    const have = [...this.known.keys()].map((id) => [id, id] as const);
    const payload = encodeSnapshot(snapshot, have);
    const { known } = this;
    const limits = { maxBytes: 1 << 28, maxSeries: 100_000, maxSamples: 10_000_000 };
    const decoded = decode({ kind: 'decode', payload, known, firstPageId: (this.pageIds += 1000), ...limits });
    if (!decoded.ok) throw new Error(decoded.message);
    this.known = decoded.pages;
    return { run: { app: this.app, pmId: this.pmId, key: this.key }, snapshot: decoded.snapshot, isLeaving: false };
  }
}

export interface ClusterOptions {
  readonly rules?: readonly GaugeRule[];
  readonly maxEndedSeries?: number;
  /** Memory of former states is written again. */
  readonly reuses?: boolean;
}

/** What the metrics server does with one app. */
export class Cluster {
  state: ClusterState | undefined;
  /** Keys of runs in the order of their starts. */
  readonly started: string[] = [];
  private former: ClusterState | undefined;
  private merger = new ClusterMerger();
  private other = new ClusterMerger();

  constructor(private readonly options: ClusterOptions = {}) {}

  /** The next round is a new thread's. */
  loseWorker(): void {
    this.merger = new ClusterMerger();
  }

  /** The next round is another thread's, which may have had some of the former ones. */
  switchWorker(): void {
    [this.merger, this.other] = [this.other, this.merger];
  }

  absorb(live: readonly RunSnapshot[], silent: readonly string[] = []): AbsorbResult {
    const { rules = [], maxEndedSeries = 100_000, reuses = false } = this.options;
    const spare = reuses && this.former && this.state ? spareMemory(this.former, this.state) : [];
    const round: AppRound = {
      app: 'shop',
      state: this.state,
      live,
      silent,
      started: this.startedOf(live, silent),
      spare,
    };
    const labels = { app: 'pm2_app', namespace: 'pm2_namespace', instance: 'pm_id' };
    const task = { kind: 'absorb', apps: [round], rules, maxEndedSeries, labels } as const;
    // As between threads: handles of the same memory, and objects of their own.
    const result = structuredClone(this.merger.absorb(structuredClone(task)));
    this.former = this.state;
    this.state = result.apps[0]?.state;
    return result;
  }

  /** In the order in which they were seen first, unless `started` says otherwise. */
  private startedOf(live: readonly RunSnapshot[], silent: readonly string[]): string[] {
    const living = [...live.map(({ run }) => run.key), ...silent];
    for (const key of living) if (!this.started.includes(key)) this.started.push(key);
    return this.started.filter((key) => living.includes(key));
  }

  merge(live: readonly RunSnapshot[], silent: readonly string[] = []): LabelledSnapshot {
    return this.absorb(live, silent).snapshots[0] as LabelledSnapshot;
  }
}

/** By `name attributes`: the numbers of the series, without the start. */
export function numbersOf({ snapshot }: { readonly snapshot: Snapshot }): Map<string, number[]> {
  const texts = new Map(Array.from(pagesOf(snapshot), (page) => [page, textsOf(page)]));
  const numbers = new Map<string, number[]>();
  for (const family of familiesOf(snapshot)) {
    forEachSeries(family, (page, index, offset) => {
      const name = `${family.descriptor.name} ${texts.get(page)?.[index]}`;
      if (numbers.has(name)) throw new Error(`${name} is there twice`);
      numbers.set(name, [...snapshot.values.subarray(offset + 1, offset + strideOf(page.layout))]);
    });
  }
  return numbers;
}

/** The same of families whose series have one number. */
export function scalarsOf(part: { readonly snapshot: Snapshot }): Record<string, number> {
  return Object.fromEntries([...numbersOf(part)].map(([name, [value]]) => [name, value as number]));
}

export function familiesOf({ scopes }: Snapshot): Family[] {
  return scopes.flatMap(({ families }) => [...families]);
}

export function at(seconds: number): HrTime {
  return [seconds, 0];
}
