/**
 * A state as bytes for a file, so that a metrics server that starts anew goes on without a drop.
 *
 * ```
 * raw deflate of JSON: { format, v, nextPageId, gone, carried, runs: [{ key, incarnation, generation, last }] }
 * ```
 *
 * `carried` is the wire form of a snapshot with the dictionary and the carried numbers, `last` that of one with the same
 * pages, which are not said again, and the run's numbers. `gone` names the series that no run has: `[series, round]`, the
 * series counted page by page. What is read is not trusted.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { ClusterState, RunNumbers } from '../../protocol/tasks';
import { EXP_BUCKETS, START, strideOf, type Page, type Snapshot } from '../../../core/snapshot';
import { forEachSeries, pagesOf, seriesCount } from '../../../core/series';
import { isRecord, messageOf } from '../../../core/values';
import { decodeSnapshot } from '../../../core/wire/decode';
import { encodeSnapshot } from '../../../core/wire/encode';
import { isExponential } from './exponential';
import { clusterLayout, hasRoomFor } from './layouts';
import { grown } from './numbers';

const FORMAT = 'pm2-cluster-sums';
const VERSION = 1;
const ALL_PAGES = [[0, Number.MAX_SAFE_INTEGER]] as const;
/** Bytes that it may have once inflated, and the numbers of each run. */
const MAX_BYTES = 1024 * 1024 * 1024;

export function writeState(state: ClusterState): Uint8Array {
  const { incarnation, round, resource, scopes, carried } = state;
  const dictionary: Snapshot = {
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
  const lastOf = ({ last }: RunNumbers): Snapshot => ({ ...dictionary, values: grown(last, carried.length, offsets) });
  const file = {
    format: FORMAT,
    v: VERSION,
    nextPageId: state.nextPageId,
    gone: goneInPageOrder(state),
    carried: encodeSnapshot(dictionary, []),
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
  const dictionary = decodeSnapshot(carried, { maxBytes: MAX_BYTES });
  checkPages(dictionary);
  checkNumbers(dictionary);
  must(isWhole(nextPageId), 'nextPageId, a whole number, expected');
  must(
    [...pagesOf(dictionary)].every(({ id }) => id < nextPageId),
    'a page id is not below nextPageId',
  );
  must(Array.isArray(runs), 'list of runs expected');
  const known = new Map([...pagesOf(dictionary)].map((page): [number, Page] => [page.id, page]));
  const read = runs.map((run: unknown) => readRun(run, dictionary, known));
  must(new Set(read.map(({ key }) => key)).size === read.length, 'a run is named twice');
  const { incarnation, generation, resource, scopes, values } = dictionary;
  return {
    incarnation,
    scopes,
    nextPageId,
    resource,
    carried: values,
    gone: readGone(gone, dictionary),
    runs: read,
    round: generation,
  };
}

function readRun(run: unknown, dictionary: Snapshot, known: ReadonlyMap<number, Page>): RunNumbers {
  must(isRecord(run), 'a run is no object');
  const { key, incarnation, generation, last } = run;
  must(typeof key === 'string' && typeof incarnation === 'string', 'key and incarnation of a run expected');
  must(
    isWhole(generation) && typeof last === 'string',
    `generation and numbers of run ${JSON.stringify(key)} expected`,
  );
  const snapshot = decodeSnapshot(last, { known, maxBytes: MAX_BYTES });
  const isSame = JSON.stringify(places(snapshot)) === JSON.stringify(places(dictionary));
  must(isSame, `run ${JSON.stringify(key)} has other series`);
  checkNumbers(snapshot);
  return { key, incarnation, generation, last: snapshot.values };
}

/** Which page stands where. */
function places({ scopes }: Snapshot): unknown {
  return scopes.map(({ families }) => families.map(({ pages }) => pages.map(({ page, base }) => [page.id, base])));
}

function checkPages(dictionary: Snapshot): void {
  const ids = [...pagesOf(dictionary)].map(({ id }) => id);
  must(new Set(ids).size === ids.length, 'a page stands in two places');
  for (const { families } of dictionary.scopes) {
    for (const { order, descriptor } of families) must(order === undefined, `an order of "${descriptor.name}"`);
  }
  for (const { id, layout } of pagesOf(dictionary)) {
    must(hasRoomFor(layout, clusterLayout(layout)), `page ${id} has too few places for buckets`);
  }
}

/** A number that is none would stay in the sums for good. Starts are NaN where there is no such series. */
function checkNumbers({ scopes, values }: Snapshot): void {
  for (const { families } of scopes) {
    for (const family of families) {
      const { name } = family.descriptor;
      forEachSeries(family, ({ layout }, _index, offset) => {
        const end = offset + (layout.kind === 'exponential' ? EXP_BUCKETS : strideOf(layout));
        for (let at = offset + START + 1; at < end; at++) must(Number.isFinite(values[at]), `a number of "${name}"`);
        if (layout.kind === 'exponential') must(isExponential(values, offset, layout), `a histogram of "${name}"`);
      });
    }
  }
}

/** Pages in the order of their places. */
function pagesByPlace({ scopes }: Pick<ClusterState, 'scopes'>) {
  return scopes.flatMap(({ families }) => families.flatMap(({ pages }) => pages)).toSorted((a, b) => a.base - b.base);
}

function offsetsOf(state: ClusterState): Int32Array {
  return Int32Array.from(
    pagesByPlace(state).flatMap(({ page, base }) =>
      Array.from({ length: page.size }, (_, i) => base + i * strideOf(page.layout)),
    ),
  );
}

/** Reading places the pages one behind the other. */
function goneInPageOrder(state: ClusterState): [series: number, round: number][] {
  let first = 0;
  const firsts = new Map(pagesByPlace(state).map(({ page }) => [page.id, (first += page.size) - page.size]));
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
