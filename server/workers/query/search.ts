/**
 * Finds metrics by words that a user types. Words that are no part of the metric's name have to stand together in the attributes
 * of one of its series. Upper and lower case are the same.
 */
import { DataPointType, type Attributes } from '../../../core/otel';
import { seriesCount } from '../../../core/series';
import type { Family, Page } from '../../../core/snapshot';
import type { FoundMetric, FoundMetrics } from '../../protocol/page';
import type { SearchTask } from '../../protocol/query';

const MAX_FOUND = 100;
const MAX_EXAMPLES = 5;
const MAX_ATTRIBUTES = 50;
/** Of a family: its pages mostly have the same attributes. */
const ATTRIBUTE_PAGES = 20;
/** Of attributes that one search reads. Beyond that, it finds names only. */
const MAX_BYTES = 64 * 1024 * 1024;

interface Candidate {
  readonly name: string;
  readonly families: Family[];
  readonly apps: Set<string>;
}

interface Found extends Candidate {
  /** The lower, the better. */
  readonly rank: number;
  readonly examples: readonly string[];
}

export function search({ text, snapshots }: SearchTask): FoundMetrics {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const budget = { bytes: MAX_BYTES };
  const found = candidatesOf(snapshots).flatMap((candidate) => match(candidate, words, budget) ?? []);
  found.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
  return { metrics: found.slice(0, MAX_FOUND).map(describe), total: found.length };
}

function candidatesOf(snapshots: SearchTask['snapshots']): Candidate[] {
  const metrics = new Map<string, Candidate>();
  for (const { app, snapshot } of snapshots) {
    for (const family of snapshot.scopes.flatMap(({ families }) => families)) {
      const { name } = family.descriptor;
      let metric = metrics.get(name);
      if (metric === undefined) metrics.set(name, (metric = { name, families: [], apps: new Set() }));
      metric.families.push(family);
      metric.apps.add(app);
    }
  }
  return [...metrics.values()];
}

function match(candidate: Candidate, words: readonly string[], budget: { bytes: number }): Found | undefined {
  const name = candidate.name.toLowerCase();
  const others = words.filter((word) => !name.includes(word));
  if (others.length === 0) {
    const [first = ''] = words;
    const rank = name === first ? 0 : name.startsWith(first) ? 1 : 2;
    return { ...candidate, rank, examples: [] };
  }
  const examples = new Set<string>();
  for (const { pages } of candidate.families) {
    for (const { page } of pages) {
      if (examples.size >= MAX_EXAMPLES || budget.bytes < page.attributes.length) break;
      budget.bytes -= page.attributes.length;
      for (const example of examplesIn(page, others)) if (examples.size < MAX_EXAMPLES) examples.add(example);
    }
  }
  return examples.size === 0 ? undefined : { ...candidate, rank: 3, examples: [...examples] };
}

/** The page is looked through as one text first: most have no such series. */
function examplesIn(page: Page, words: readonly string[]): string[] {
  const text = textOf(page);
  const lower = text.toLowerCase();
  if (!words.every((word) => lower.includes(word))) return [];
  return text
    .split('\n')
    .filter((line) => words.every((word) => line.toLowerCase().includes(word)))
    .slice(0, MAX_EXAMPLES);
}

function describe({ name, families, apps, examples }: Found): FoundMetric {
  const [first] = families as [Family];
  const { unit, description } = first.descriptor;
  return {
    name,
    kind: kindOf(first),
    unit: unit === undefined || unit === '' ? null : unit,
    description: description ?? '',
    series: families.reduce((sum, family) => sum + seriesCount(family), 0),
    apps: [...apps].sort(),
    attributes: attributesOf(families),
    examples,
  };
}

function kindOf({ dataPointType, isMonotonic }: Family): FoundMetric['kind'] {
  switch (dataPointType) {
    case DataPointType.SUM:
      return isMonotonic === true ? 'counter' : 'sum';
    case DataPointType.GAUGE:
      return 'gauge';
    case DataPointType.SUMMARY:
      return 'summary';
    default:
      return 'histogram';
  }
}

function attributesOf(families: readonly Family[]): string[] {
  const names = new Set<string>();
  for (const { pages } of families) {
    for (const { page } of pages.slice(0, ATTRIBUTE_PAGES)) for (const name of namesOn(page)) names.add(name);
  }
  return [...names].sort().slice(0, MAX_ATTRIBUTES);
}

/** Of its first series. What a process has sent may be unreadable, and has no names then. */
function namesOn({ attributes: { buffer, byteOffset, byteLength } }: Page): string[] {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const line = bytes.toString('utf8', 0, Math.max(0, bytes.indexOf('\n')));
  try {
    return Object.keys(JSON.parse(line) as Attributes);
  } catch {
    return [];
  }
}

function textOf({ attributes: { buffer, byteOffset, byteLength } }: Page): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
}
