/**
 * A state as bytes for a file, so that the sums do not fall when the metrics server restarts.
 *
 * ```
 * raw deflate of JSON: { format, v, nextPageId, gone, carried, runs: [{ key, incarnation, generation, last }] }
 * ```
 *
 * `carried` is the wire form of a snapshot with the app's series and the carried numbers. `last` is that of a snapshot with
 * the same pages, which are not written again, and the run's numbers. `gone` lists the series that no run has, as
 * `[series, round]`; series are counted in the order of the pages in the snapshot. What is read is not trusted.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { ClusterState, RunNumbers } from '../../../protocol/tasks';
import { EXP_BUCKETS, START, strideOf, type Page, type Snapshot } from '../../../../core/snapshot';
import { forEachSeries, pagesOf, seriesCount } from '../../../../core/series';
import { isRecord, messageOf } from '../../../../core/values';
import { decodeSnapshot } from '../../../../core/wire/decode';
import { encodeSnapshot } from '../../../../core/wire/encode';
import { isExponential } from '../sums/exponential';
import { clusterLayout, hasRoomFor } from '../series/layouts';
import { grown } from '../sums/numbers';

const FORMAT = 'pm2-cluster-sums';
const VERSION = 1;
const ALL_PAGES = [[0, Number.MAX_SAFE_INTEGER]] as const;
/** Most bytes of the inflated file, and of the numbers of each run. */
const MAX_BYTES = 1024 * 1024 * 1024;

export function writeState(state: ClusterState): Uint8Array {
  const { incarnation, round, resource, scopes, carried } = state;
  const sums: Snapshot = {
    incarnation,
    generation: round,
    time: 0,
    resource,
    scopes,
    values: carried,
    previous: undefined,
    stats: { intervalMs: 0, collectMs: 0, series: state.gone.length, droppedSeries: 0 },
  };
  const offsets = offsetsOf(state);
  const lastOf = ({ last }: RunNumbers): Snapshot => ({ ...sums, values: grown(last, carried.length, offsets) });
  const file = {
    format: FORMAT,
    v: VERSION,
    nextPageId: state.nextPageId,
    gone: goneInPageOrder(state),
    carried: encodeSnapshot(sums, []),
    runs: state.runs.map((run) => ({
      key: run.key,
      incarnation: run.incarnation,
      generation: run.generation,
      last: encodeSnapshot(lastOf(run), ALL_PAGES),
    })),
  };
  return deflateRawSync(JSON.stringify(file), { level: 1 });
}

/** @throws Error that says what is wrong with the bytes */
export function readState(bytes: Uint8Array): ClusterState {
  try {
    return read(bytes);
  } catch (error) {
    throw new Error(`not a saved state: ${messageOf(error)}`, { cause: error });
  }
}

function read(bytes: Uint8Array): ClusterState {
  const file: unknown = JSON.parse(inflateRawSync(bytes, { maxOutputLength: MAX_BYTES }).toString('utf8'));
  must(isRecord(file) && file['format'] === FORMAT, `format ${FORMAT} expected`);
  must(file['v'] === VERSION, `version ${String(file['v'])}, expected ${VERSION}`);
  const { nextPageId, gone, carried, runs } = file;
  must(typeof carried === 'string', 'carried numbers expected');
  const sums = decodeSnapshot(carried, { maxBytes: MAX_BYTES });
  checkPages(sums);
  checkNumbers(sums);
  must(isWhole(nextPageId), 'nextPageId, a whole number, expected');
  must(
    [...pagesOf(sums)].every(({ id }) => id < nextPageId),
    'a page id is not below nextPageId',
  );
  must(Array.isArray(runs), 'list of runs expected');
  const known = new Map([...pagesOf(sums)].map((page): [number, Page] => [page.id, page]));
  const read = runs.map((run: unknown) => readRun(run, sums, known));
  must(new Set(read.map(({ key }) => key)).size === read.length, 'a run is named twice');
  const { incarnation, generation, resource, scopes, values } = sums;
  return {
    incarnation,
    scopes,
    nextPageId,
    resource,
    carried: values,
    gone: readGone(gone, sums),
    runs: read,
    round: generation,
  };
}

function readRun(run: unknown, sums: Snapshot, known: ReadonlyMap<number, Page>): RunNumbers {
  must(isRecord(run), 'a run is no object');
  const { key, incarnation, generation, last } = run;
  must(typeof key === 'string' && typeof incarnation === 'string', 'key and incarnation of a run expected');
  must(
    isWhole(generation) && typeof last === 'string',
    `generation and numbers of run ${JSON.stringify(key)} expected`,
  );
  const snapshot = decodeSnapshot(last, { known, maxBytes: MAX_BYTES });
  const isSame = JSON.stringify(pageBases(snapshot)) === JSON.stringify(pageBases(sums));
  must(isSame, `run ${JSON.stringify(key)} has other series`);
  checkNumbers(snapshot);
  return { key, incarnation, generation, last: snapshot.values };
}

/** Which pages there are, and where their numbers stand. */
function pageBases({ scopes }: Snapshot): unknown {
  return scopes.map(({ families }) => families.map(({ pages }) => pages.map(({ page, base }) => [page.id, base])));
}

function checkPages(sums: Snapshot): void {
  const ids = [...pagesOf(sums)].map(({ id }) => id);
  must(new Set(ids).size === ids.length, 'a page occurs twice');
  for (const { families } of sums.scopes) {
    for (const { order, descriptor } of families) must(order === undefined, `an order of "${descriptor.name}"`);
  }
  for (const { id, layout } of pagesOf(sums)) {
    must(hasRoomFor(layout, clusterLayout(layout)), `page ${id} has too little bucket capacity`);
  }
}

/** A NaN would stay in the sums for good. Only start times may be NaN: the run has no such series. */
function checkNumbers({ scopes, values }: Snapshot): void {
  for (const { families } of scopes) {
    for (const family of families) {
      const { name } = family.descriptor;
      forEachSeries(family, ({ layout }, _index, offset) => {
        const end = offset + (layout.kind === 'exponential' ? EXP_BUCKETS : strideOf(layout));
        for (let at = offset + START + 1; at < end; at++) must(Number.isFinite(values[at]), `a number of "${name}"`);
        if (layout.kind === 'exponential')
          must(isExponential({ values, at: offset, layout }), `a histogram of "${name}"`);
      });
    }
  }
}

/** Pages in ascending order of their bases. */
function pagesByBase({ scopes }: Pick<ClusterState, 'scopes'>) {
  return scopes.flatMap(({ families }) => families.flatMap(({ pages }) => pages)).toSorted((a, b) => a.base - b.base);
}

function offsetsOf(state: ClusterState): Int32Array {
  return Int32Array.from(
    pagesByBase(state).flatMap(({ page, base }) =>
      Array.from({ length: page.size }, (_, i) => base + i * strideOf(page.layout)),
    ),
  );
}

/** Series counted as after reading, when the bases of the pages ascend in the order of the snapshot. */
function goneInPageOrder(state: ClusterState): [series: number, round: number][] {
  let first = 0;
  const firsts = new Map(pagesByBase(state).map(({ page }) => [page.id, (first += page.size) - page.size]));
  const gone: [number, number][] = [];
  let series = 0;
  for (const { id, size } of pagesOf(state as unknown as Snapshot)) {
    for (let i = 0; i < size; i++, series++) {
      const round = state.gone[(firsts.get(id) as number) + i] as number;
      if (round !== 0) gone.push([series, round]);
    }
  }
  return gone;
}

function readGone(pairs: unknown, { scopes, generation }: Snapshot): Int32Array {
  const series = scopes.reduce(
    (sum, { families }) => sum + families.reduce((some, one) => some + seriesCount(one), 0),
    0,
  );
  must(Array.isArray(pairs), 'list of series that have gone expected');
  const gone = new Int32Array(new SharedArrayBuffer(series * Int32Array.BYTES_PER_ELEMENT));
  for (const pair of pairs as readonly unknown[]) {
    must(Array.isArray(pair) && pair.length === 2 && pair.every(isWhole), 'a series that has gone: [series, round]');
    const [at, round] = pair as [number, number];
    must(at < series && round > 0 && round <= generation, `series ${at} that has gone in round ${round}`);
    gone[at] = round;
  }
  return gone;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new RangeError(what);
}
