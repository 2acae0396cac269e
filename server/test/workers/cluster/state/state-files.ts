/** State files of clusters that are made by hand, as the worker threads write them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { appendChanges, loadStates, saveStates } from '../../../../workers/cluster';
import type { ClusterState } from '../../../../protocol/state';
import type { StateFileEnd } from '../../../../protocol/state-file';
import { counter, histogram, point, series } from '../../../../../test/core/encoder/collections';
import { at, Cluster, Instance, numbersOf } from '../merged-instances';

export function temporaryFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'state-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Gives `work` a file that is removed afterwards. */
export async function withStateFile(work: (file: StateFile) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'state-'));
  try {
    await work(new StateFile(join(folder, 'state')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A file that gets a record per round. */
export class StateFile {
  end: StateFileEnd;
  /** What it had after each record, the empty file first: where it ended, and the states by app. */
  readonly steps: { readonly size: number; readonly states: ReadonlyMap<string, ClusterState> }[];
  private states = new Map<string, ClusterState>();

  constructor(readonly path: string) {
    this.end = saveStates({ path, apps: [] });
    this.steps = [{ size: this.end.size, states: new Map() }];
  }

  add(app: string, state: ClusterState): void {
    const appended = appendChanges(this.end, [{ app, from: this.states.get(app), to: state }]);
    if (!appended.ok) throw new Error(appended.message);
    this.end = appended.end;
    this.states = new Map([...this.states, [app, state]]);
    this.steps.push({ size: this.end.size, states: this.states });
  }

  bytes(): Buffer {
    return readFileSync(this.path);
  }

  load(): ReturnType<typeof loadStates> {
    return loadStates({ path: this.path });
  }

  /** The state of an app as a server has it that has read the file, and goes on with it. */
  reread(app: string): ClusterState {
    const { states } = this.load();
    this.states = new Map(states);
    return this.states.get(app)!;
  }
}

/** What is shown of a state when its runs are silent, and what the state says of them. */
export function contentOf(state: ClusterState): unknown {
  const cluster = new Cluster();
  cluster.state = state;
  const shown = cluster.absorb(
    [],
    state.runs.map(({ key }) => key),
  ).snapshots;
  return {
    numbers: shown.length === 0 ? [] : [...numbersOf(shown[0]!)],
    runs: state.runs.map(({ key, incarnation, generation }) => [key, incarnation, generation]),
    gone: [...state.gone],
    rest: [state.incarnation, state.resource, state.nextPageId, state.round],
  };
}

/** Rounds of one app in which series come, change and go, and runs end, with all kinds of metrics. */
export async function* roundsOf(app: string): AsyncGenerator<ClusterState> {
  const cluster = new Cluster({ maxEndedSeries: 8 });
  const [a, b, c] = ['a', 'b', 'c'].map((name, i) => new Instance(i, `${app} ${name}`, app)) as [
    Instance,
    Instance,
    Instance,
  ];
  const half = { offset: -3, bucketCounts: [1, 2, 3] };
  const buckets = { boundaries: [0, 1.5], counts: [1, 2, 3] };
  const all = (count: number, from = 0): object[] => [
    counter(
      'c',
      series(5, from).map((one) => point(one, count, at(1))),
    ),
    histogram('h', [point({ a: 'ä' }, { buckets, count: 6 * count, sum: 2.5 * count }, at(1))]),
    histogram('e', [point({}, { count: 13, sum: count, scale: 2, zeroCount: 1, positive: half, negative: half })], 1),
    counter('overflown', [point({}, 1.5e308)]),
  ];
  cluster.merge([await a.answer(...all(1)), await b.answer(...all(1))]);
  yield cluster.state!;
  cluster.merge([await a.answer(...all(2)), await b.answer(...all(1))]);
  yield cluster.state!;
  cluster.merge([await a.answer(...all(3)), await c.answer(counter('late', [point({}, 1)]), ...all(2, 20))], [b.key]);
  yield cluster.state!;
  cluster.switchWorker();
  cluster.merge([await a.answer(...all(1, 3)), await c.answer(counter('late', [point({}, 2)]))]);
  yield cluster.state!;
  cluster.loseWorker();
  cluster.merge([await a.answer(...all(2, 40))], [c.key]);
  yield cluster.state!;
  cluster.merge([await a.answer(...all(3, 40)), await b.answer(...all(1, 60))]);
  yield cluster.state!;
}

/** A file of two apps, with their rounds in turn. */
export async function sampleFile(t: ExecutionContext): Promise<StateFile> {
  const file = new StateFile(join(temporaryFolder(t), 'state'));
  const others = roundsOf('api');
  for await (const state of roundsOf('shop')) {
    file.add('shop', state);
    const other = await others.next();
    if (other.done !== true) file.add('api', other.value);
  }
  return file;
}

export type States = Iterable<readonly [app: string, state: ClusterState]>;

/** By app. */
export function contentsOf(states: States): unknown {
  return Object.fromEntries([...states].map(([app, state]) => [app, contentOf(state)]));
}

/** The heads of records are 16 bytes. */
export function isNearStep({ steps }: StateFile, at: number): boolean {
  return steps.some(({ size }) => at >= size - 1 && at < size + 17);
}

/** Why a file is refused. Nothing of it may be in use. */
export function refusalOf(t: ExecutionContext, path: string): string {
  const { refused, states, end } = loadStates({ path });
  t.deepEqual([states, end], [[], undefined]);
  return refused ?? '';
}
