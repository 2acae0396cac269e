/** Makes pages, and lists of families, of the app's own. */
import type { Scope } from '../../../../core/otel';
import type { Family, Layout, Page, ScopeFamilies } from '../../../../core/snapshot';
import { scopeKey } from './families/families';

/** @param texts JSON texts of the attributes, one per series */
export function makePage(id: number, layout: Layout, texts: readonly string[]): Page {
  const bytes = Buffer.from(`${texts.join('\n')}\n`);
  const attributes = new Uint8Array(new SharedArrayBuffer(bytes.length));
  attributes.set(bytes);
  return { id, layout, size: texts.length, attributes };
}

/** Scopes in the order of their first families. */
export function groupByScope(all: readonly { readonly scope: Scope; readonly family: Family }[]): ScopeFamilies[] {
  const groups = new Map<string, { scope: Scope; families: Family[] }>();
  for (const { scope, family } of all) {
    const key = scopeKey(scope);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { scope, families: [family] });
    else group.families.push(family);
  }
  return [...groups.values()];
}
