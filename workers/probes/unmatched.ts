/** Finds patterns that match no metric of a snapshot, and the names that were probably meant. */
import { editDistance } from '../../core/nearest-key';
import { compileGlob } from '../../core/glob/glob';
import type { Snapshot } from '../../core/snapshot';
import type { UnmatchedPattern } from '../../protocol/tasks';

/** Nearest names are looked for only for so many patterns, among so many names. */
const MAX_EXPLAINED = 10;
const MAX_NAMES = 5_000;
/** Names per pattern. */
const MAX_NEAREST = 3;
const MAX_DISTANCE = 2;
/** A shorter text is the beginning of too many names. */
const MIN_COMMON_CHARS = 4;
const MAX_COMPARED_CHARS = 100;

export function findUnmatched(snapshot: Snapshot, patterns: readonly string[]): readonly UnmatchedPattern[] {
  if (patterns.length === 0) return [];
  const names = namesOf(snapshot);
  const unmatched = patterns.filter((pattern) => !isMatched(pattern, names));
  const plain = [...names].slice(0, MAX_NAMES).map((name) => ({ name, plain: plainOf(name) }));
  return unmatched.map((pattern, index) => ({
    pattern,
    nearest: index < MAX_EXPLAINED ? nearestOf(pattern, plain) : [],
  }));
}

function namesOf({ scopes }: Snapshot): Set<string> {
  const names = new Set<string>();
  for (const { families } of scopes) for (const { descriptor } of families) names.add(descriptor.name);
  return names;
}

function isMatched(pattern: string, names: ReadonlySet<string>): boolean {
  if (names.has(pattern)) return true;
  const matches = compileGlob(pattern);
  if (matches === undefined) return false;
  for (const name of names) if (matches(name)) return true;
  return false;
}

interface PlainName {
  readonly name: string;
  readonly plain: string;
}

/**
 * First the names that differ only in dots, underscores and the like, as OpenTelemetry's do from those that Prometheus shows;
 * then those that begin with the pattern, or with which the pattern begins; then those with a letter or two that differ.
 */
function nearestOf(pattern: string, names: readonly PlainName[]): readonly string[] {
  const literal = /^[^*?[\]{}()!+@\\|]*/.exec(pattern)?.[0] ?? '';
  const start = plainOf(literal);
  if (start.length < MIN_COMMON_CHARS) return [];
  const isWhole = literal === pattern;
  return names
    .map(({ name, plain }) => ({ name, plain, distance: distanceOf(start, plain, isWhole) }))
    .filter(({ distance }) => distance <= MAX_DISTANCE)
    .sort((a, b) => a.distance - b.distance || b.plain.length - a.plain.length)
    .slice(0, MAX_NEAREST)
    .map(({ name }) => name);
}

function distanceOf(start: string, plain: string, isWhole: boolean): number {
  if (plain === start) return 0;
  if (plain.startsWith(start) || start.startsWith(`${plain}_`)) return 1;
  const compared = isWhole ? plain : plain.slice(0, start.length);
  const isComparable = Math.abs(compared.length - start.length) <= MAX_DISTANCE && start.length <= MAX_COMPARED_CHARS;
  return isComparable ? editDistance(start, compared) : Infinity;
}

function plainOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '_');
}
