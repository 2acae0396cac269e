/** All apps with their processes, as one table: totals stand above what they are the totals of. */
import { useState } from 'preact/hooks';
import type { PastField } from '../../protocol/page';
import { FIELDS, together, type Process } from '../live/process';
import { groupBy } from '../words/group';
import { TITLES } from './fields';
import { AppRow, ProcessRow } from './process-row';

type Column = 'name' | 'restarts' | PastField;
interface Order {
  readonly by: Column;
  readonly isDescending: boolean;
}

const COLUMNS: readonly Column[] = ['name', 'restarts', ...FIELDS];

export function ProcessTable({ processes }: { readonly processes: readonly Process[] }) {
  const [order, setOrder] = useState<Order>({ by: 'name', isDescending: false });
  const apps = sortedApps(processes, order);
  const sortBy = (by: Column): void => {
    // Numbers begin with the largest, which is what one looks for.
    setOrder(by === order.by ? { by, isDescending: !order.isDescending } : { by, isDescending: by !== 'name' });
  };
  return (
    <div class="table-box">
      <table class="processes" role="table">
        <caption class="hidden">Apps and their processes, with lines of the last hour</caption>
        <thead role="rowgroup">
          <tr role="row">
            {COLUMNS.map((column) => (
              <th key={column} role="columnheader" scope="col" class={column} aria-sort={ariaSort(column, order)}>
                <button type="button" onClick={() => sortBy(column)} title={titleOf(column)}>
                  {nameOf(column)}
                  <span aria-hidden="true" class="arrow">
                    {column !== order.by ? '' : order.isDescending ? '↓' : '↑'}
                  </span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        {apps.map(([app, own]) => (
          <tbody key={app} role="rowgroup">
            <AppRow app={app} processes={own} />
            {own.map((process) => (
              <ProcessRow key={process.run} process={process} />
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function ariaSort(column: Column, { by, isDescending }: Order): 'ascending' | 'descending' | undefined {
  if (column !== by) return undefined;
  return isDescending ? 'descending' : 'ascending';
}

function nameOf(column: Column): string {
  return column === 'name' ? 'app' : column === 'restarts' ? 'restarts' : TITLES[column].short;
}

function titleOf(column: Column): string | undefined {
  return column === 'name' || column === 'restarts' ? undefined : TITLES[column].long;
}

function sortedApps(processes: readonly Process[], order: Order): (readonly [string, Process[]])[] {
  const apps = [...groupBy(processes, ({ app }) => app)];
  const sign = order.isDescending ? -1 : 1;
  const compare = (a: readonly Process[], b: readonly Process[]): number => {
    if (order.by === 'name') return 0;
    return sign * (numberOf(order.by, a) - numberOf(order.by, b)) || 0;
  };
  const byName = order.by === 'name' ? sign : 1;
  return apps
    .toSorted(([nameA, a], [nameB, b]) => compare(a, b) || byName * nameA.localeCompare(nameB))
    .map(([app, own]) => [app, own.toSorted((a, b) => compare([a], [b]) || comparePlaces(a, b))] as const);
}

/** An old process stands below the one that takes its place. */
function comparePlaces(a: Process, b: Process): number {
  return a.pmId - b.pmId || Number(a.status === 'leaving') - Number(b.status === 'leaving');
}

function numberOf(column: Exclude<Column, 'name'>, processes: readonly Process[]): number {
  if (column === 'restarts') return processes.reduce((sum, { restarts }) => sum + restarts, 0);
  return together(processes)[column] ?? -1;
}
