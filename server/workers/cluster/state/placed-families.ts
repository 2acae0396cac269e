/** The pages of a state in the order of their numbers, and what is written of a family and of a page's layout. */
import type { ClusterState } from '../../../protocol/state';
import type { Scope } from '../../../../core/otel';
import { strideOf, type Family, type Layout, type PlacedPage } from '../../../../core/snapshot';

/** What all series of a family share. */
export interface FamilyHead {
  readonly scope: Scope;
  readonly about: Omit<Family, 'pages' | 'order'>;
}

export interface FamilyPage extends FamilyHead {
  readonly placed: PlacedPage;
  /** Of the first page of its family. */
  readonly firstId: number;
}

/** In ascending order of their bases. */
export function familyPages({ scopes }: Pick<ClusterState, 'scopes'>): FamilyPage[] {
  const all: FamilyPage[] = [];
  for (const { scope, families } of scopes) {
    for (const { pages, order: _none, ...about } of families) {
      for (const placed of pages) all.push({ scope, about, placed, firstId: pages[0]!.page.id });
    }
  }
  return all.sort((a, b) => a.placed.base - b.placed.base);
}

/** Whether they say the same of a family. The end time does not count: it comes again with each answer. */
export function isSameFamily(a: FamilyHead, b: FamilyHead): boolean {
  const { endTime: _a, descriptor: ours, ...about } = a.about;
  const { endTime: _b, descriptor: theirs, ...other } = b.about;
  return areEqual(ours, theirs) && areEqual(about, other) && areEqual(a.scope, b.scope);
}

/** Compares the values of their keys. A key that is `undefined` counts as missing. */
function areEqual(a: object, b: object): boolean {
  if (a === b) return true;
  const theirs = b as Record<string, unknown>;
  const ours = a as Record<string, unknown>;
  return [...Object.keys(ours), ...Object.keys(theirs)].every((key) => isSameValue(ours[key], theirs[key]));
}

function isSameValue(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

/** Where the series of these pages have their first numbers. */
export function offsetsOf(pages: readonly PlacedPage[]): number[] {
  return pages.flatMap(({ page, base }) =>
    Array.from({ length: page.size }, (_, i) => base + i * strideOf(page.layout)),
  );
}

/** With texts in place of numbers that JSON cannot write. */
export function writeLayout(layout: Layout): unknown {
  if (layout.kind !== 'histogram') return layout;
  return { ...layout, bounds: layout.bounds.map((bound) => (isPlain(bound) ? bound : writeBound(bound))) };
}

export function readLayout(layout: Layout): Layout {
  return layout.kind === 'histogram' ? { ...layout, bounds: layout.bounds.map(Number) } : layout;
}

function isPlain(bound: number): boolean {
  return Number.isFinite(bound) && !Object.is(bound, -0);
}

function writeBound(bound: number): string {
  return Object.is(bound, -0) ? '-0' : String(bound);
}
