/**
 * The rows of `pm2 monit`. PM2 fits `name value unit` into 19 characters of a terminal with 80 columns, and into 43 with 160, of
 * which it takes five. It cuts a row that is longer at the last space that has room: what comes first is what is seen.
 */
import { printable } from '../values';
import { readable, SHORT_CHARS } from './readable';

export interface Row {
  readonly name: string;
  /** `NaN` where there is none, such as a quantile without observations. */
  readonly value: number;
  /** Whether it is shown before it has had a number, so that it has its place among the others. */
  readonly early?: boolean;
  readonly unit?: string;
}

/** Of a name that has its value and unit at 80 columns. */
export const NAME_CHARS = 7;
/** Name, value, unit and what stands behind, at 160 columns. */
const ROW_CHARS = 38;
/** Number and unit, and a space on both sides. */
const VALUE_CHARS = 9;
const MAX_ABOUT_CHARS = 200;

/**
 * @param value `NaN` if there is none yet, `undefined` if there is no such series
 * @param about stands behind the value
 */
export function rowOf(name: string, value: number | undefined, unit: string | undefined, about?: string): Row {
  const behind = about === undefined ? undefined : shortened(about, ROW_CHARS - VALUE_CHARS - name.length);
  const shown = readable(value ?? NaN, unit, charsOfValue(name, behind));
  const texts = Number.isNaN(shown.value) ? [behind] : [shown.unit, behind];
  const text = texts.filter((one) => one !== undefined).join(' ');
  return {
    name,
    value: shown.value,
    ...(text !== '' && { unit: text }),
    ...(value !== undefined && { early: true }),
  };
}

/** PM2 needs room for the space before what it cuts. */
function charsOfValue(name: string, behind: string | undefined): number {
  return behind !== undefined && name.length >= NAME_CHARS ? SHORT_CHARS - 1 : SHORT_CHARS;
}

/** Both ends of a route say more than its middle. */
function shortened(text: string, max: number): string {
  const chars = Array.from(printable(text, MAX_ABOUT_CHARS));
  if (chars.length <= max) return chars.join('');
  const head = Math.floor((max - 1) / 3);
  return `${chars.slice(0, head).join('')}…${chars.slice(chars.length - (max - 1 - head)).join('')}`;
}

/** Behind the name of the row that has what is left out. */
const OTHER = '…';

/** The names of rows with ranks, and of the one for the rest. */
export function rankedNames(name: string, top: number): readonly string[] {
  return [...Array.from({ length: top }, (_, rank) => `${name} ${rank + 1}`), `${name} ${OTHER}`];
}
