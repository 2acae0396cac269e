/** Checks the sources that a program passes. What is wrong with them is a mistake in the program: no default can mend it. */
import { UNREADABLE } from '../../config/fields';
import type { LabelledSource } from './composite';
import { functionSource, type MetricsSource } from './source';

const MAX_SOURCES = 100;
const MAX_NAME_CHARS = 100;

const A_FUNCTION = 'a function that returns ResourceMetrics';
const A_SOURCE = `${A_FUNCTION}, or an object with provider() and collect() such as promClientSource(register) returns`;

/**
 * @param options of the program, of any type
 * @throws TypeError that says which value is wrong, and what was expected
 */
export function readSources(options: unknown): readonly LabelledSource[] {
  const collect = property(options, 'collect');
  const list = property(options, 'sources');
  const sources = list === undefined ? [] : readList(list);
  if (collect === undefined && sources.length > 0) return sources;
  if (collect === undefined && list !== undefined)
    throw wrong('"sources"', 'an empty list', `entries that are ${A_SOURCE}`);
  if (typeof collect !== 'function') {
    throw wrong(
      '"collect"',
      describe(collect),
      list === undefined ? `${A_FUNCTION}, unless there are "sources"` : A_FUNCTION,
    );
  }
  return [{ source: functionSource(collect as () => unknown), label: '"collect"' }, ...sources];
}

function readList(list: unknown): LabelledSource[] {
  const length = isArray(list) ? property(list, 'length') : undefined;
  if (typeof length !== 'number') throw wrong('"sources"', describe(list), `a list with entries that are ${A_SOURCE}`);
  if (length > MAX_SOURCES) throw wrong('"sources"', `a list of ${length}`, `at most ${MAX_SOURCES} entries`);
  return Array.from({ length }, (_, index) => readEntry(property(list, index), `sources[${index}]`));
}

function readEntry(entry: unknown, path: string): LabelledSource {
  if (typeof entry === 'function') return { source: functionSource(entry as () => unknown), label: `"${path}"` };
  const isSource = ['provider', 'collect'].every((name) => typeof property(entry, name) === 'function');
  if (!isSource) throw wrong(`"${path}"`, describe(entry), A_SOURCE);
  const source = entry as MetricsSource;
  const name = property(entry, 'name');
  const known = typeof name === 'string' && name !== '' ? ` (${name.slice(0, MAX_NAME_CHARS)})` : '';
  return { source: copyOf(source), label: `"${path}"${known}` };
}

/** Looks only once which methods there are: a later look could throw. */
function copyOf(source: MetricsSource): MetricsSource {
  const has = (name: keyof MetricsSource): boolean => typeof property(source, name) === 'function';
  return {
    accumulates: property(source, 'accumulates') === true,
    provider: () => source.provider(),
    collect: (provider) => source.collect(provider),
    ...(has('collectNow') && { collectNow: (provider: object) => source.collectNow?.(provider) }),
    ...(has('accept') && { accept: (data: unknown) => source.accept?.(data) }),
    ...(has('release') && { release: () => source.release?.() }),
  };
}

function isArray(value: unknown): boolean {
  try {
    return Array.isArray(value);
  } catch {
    return false; // a revoked proxy
  }
}

/** @returns `undefined` where the owner has no properties */
function property(owner: unknown, name: string | number): unknown {
  try {
    return (owner as Readonly<Record<string | number, unknown>> | null | undefined)?.[name];
  } catch {
    return UNREADABLE;
  }
}

function wrong(what: string, found: string, expected: string): TypeError {
  return new TypeError(`${what} of startPm2Exporter() is ${found}, expected ${expected}`);
}

function describe(value: unknown): string {
  if (value === UNREADABLE) return 'a property that throws when it is read';
  return value === null ? 'null' : typeof value;
}
