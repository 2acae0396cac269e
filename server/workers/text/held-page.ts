/** What is kept of a page, and what it was made of, so that a page of the same id never shows what is of another one. */
import type { Scope } from '../../../core/otel';
import { strideOf, type Family, type Page } from '../../../core/snapshot';
import type { PageRendering } from './page-text';

export interface HeldPage<T extends PageRendering = PageRendering> {
  readonly scope: Scope;
  readonly family: Pick<Family, 'descriptor' | 'dataPointType' | 'isMonotonic'>;
  readonly page: Page;
  readonly rendering: T;
}

export function heldPage<T extends PageRendering>(scope: Scope, family: Family, page: Page, rendering: T): HeldPage<T> {
  const { descriptor, dataPointType, isMonotonic } = family;
  return { scope, family: { descriptor, dataPointType, isMonotonic }, page, rendering };
}

/** Whether it was made of such a page. */
export function isOf(held: HeldPage, scope: Scope, family: Family, page: Page): boolean {
  const { descriptor, dataPointType, isMonotonic } = family;
  return (
    held.page.size === page.size &&
    held.page.attributes.length === page.attributes.length &&
    strideOf(held.page.layout) === strideOf(page.layout) &&
    held.family.dataPointType === dataPointType &&
    held.family.isMonotonic === isMonotonic &&
    held.family.descriptor.name === descriptor.name &&
    held.family.descriptor.naming === descriptor.naming &&
    held.scope.name === scope.name &&
    held.scope.version === scope.version
  );
}
