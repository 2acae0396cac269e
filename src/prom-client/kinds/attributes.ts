/** The attributes of a series: its labels as prom-client's text has them. */
import type { Attributes } from '../../../core/otel';
import { UnknownShape, isObject, type Labels } from './shapes';

/** Labels that a registry adds where a series has none of that name. */
export interface DefaultLabels {
  readonly labels: Labels;
  /** Whether they stand in for labels whose value is `null` or `undefined`, too. In prom-client they do not. */
  readonly forNull: boolean;
}

/**
 * @param labels an object, or `undefined` for none
 * @param defaults `undefined` for none
 * @returns the labels object itself where the encoder shows it as prom-client does, else a new object; neither is changed
 */
export function attributesOf(labels: unknown, defaults: DefaultLabels | undefined): Attributes {
  // The series of a summary without labels has none in the successors of prom-client.
  if (labels === undefined) return textsOf({}, defaults);
  if (!isObject(labels)) throw new UnknownShape('the labels of a series are no object');
  return defaults === undefined && isPlain(labels) ? labels : textsOf(labels, defaults);
}

function isPlain(labels: Labels): boolean {
  for (const name in labels) {
    const value = labels[name];
    if (typeof value === 'string' || typeof value === 'boolean') continue;
    if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  }
  return true;
}

function textsOf(labels: Labels, defaults: DefaultLabels | undefined): Attributes {
  const all = { ...labels };
  for (const [name, value] of Object.entries(defaults?.labels ?? {})) {
    if (!Object.hasOwn(all, name) || (defaults?.forNull === true && all[name] == null)) all[name] = value;
  }
  for (const name of Object.keys(all)) all[name] = String(all[name]);
  return all;
}

/** A copy, since the app may change the object. @returns `undefined` where there are none */
export function copyDefaults(labels: Labels): Labels | undefined {
  return Object.keys(labels).length > 0 ? { ...labels } : undefined;
}

export function sameDefaults(labels: Labels, copy: Labels | undefined): boolean {
  const names = Object.keys(labels);
  if (names.length !== Object.keys(copy ?? {}).length) return false;
  return names.every((name) => copy !== undefined && Object.hasOwn(copy, name) && Object.is(copy[name], labels[name]));
}
