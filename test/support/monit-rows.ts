/** What is left of a row in the box "Custom Metrics" of `pm2 monit`, which cuts as blessed wraps lines. */
import type { ProbeValue } from '../../protocol/tasks';

/** Characters of a row, by columns of the terminal. */
const WIDTHS = { 80: 19, 160: 43 } as const;
export type Columns = keyof typeof WIDTHS;
/** Between name and value, of which the terminal shows less. */
const GAP = ' {|} ';
/** Behind which blessed does not look for a space. */
const MAX_LOOK_BACK = 10;

/** @returns the row as it is seen, with one space between name and value */
export function seen({ name, value, unit }: ProbeValue, columns: Columns): string {
  const width = WIDTHS[columns];
  const line = `${name}${GAP}${textOf(value, unit)}`;
  let end = width;
  if (line.length > width) {
    const space = line.lastIndexOf(' ', width - 1);
    if (space >= width - MAX_LOOK_BACK) end = space + 1;
  }
  return line.slice(0, end).replace(GAP, ' ').trim();
}

/** The row's whole text before what stands behind its value. */
function textOf(value: number, unit: string | undefined): string {
  const number = Number.isNaN(value) ? '-' : String(value);
  return unit === undefined ? number : `${number} ${unit}`;
}

/** Whether name and value are seen. */
export function hasValue(probe: ProbeValue, columns: Columns): boolean {
  const text = seen(probe, columns);
  const wanted = `${probe.name} ${textOf(probe.value, undefined)}`;
  return text === wanted || text.startsWith(`${wanted} `);
}
