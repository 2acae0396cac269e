/** Checks of foreign numbers and lists of numbers. */
import { MAX_BUCKETS } from '../../snapshot';

/** @throws TypeError where it is no list, or a longer one than a metric may have */
export function lengthOf(list: readonly unknown[], what: string): number {
  const length: unknown = typeof list === 'object' && list !== null ? list.length : undefined;
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || length > MAX_BUCKETS) {
    throw new TypeError(`${what} is no list of at most ${MAX_BUCKETS} numbers`);
  }
  return length;
}

/** @throws TypeError */
export function checkedNumber(value: unknown, what: string): number {
  if (typeof value !== 'number') throw noNumber(value, what);
  return value;
}

export function noNumber(value: unknown, what: string): TypeError {
  return new TypeError(`${what} is of type ${typeof value}, expected a number`);
}
