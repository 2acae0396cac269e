/**
 * Metrics of prom-client 14 and 15, @platformatic/prom-client and @prometheus-io/client as a source of the exporter.
 *
 * @packageDocumentation
 */
import { StateLog } from '../../core/state-log';
import type { MetricsSource } from '../collect/sources/source';
import { guardLogger, type Logger } from '../logger';
import { isRegistry, type ForeignRegistry } from './kinds/shapes';
import { PromClientSource } from './source';

export type { Logger } from '../logger';
export type { MetricsSource } from '../collect/sources/source';

/** A registry of any of the libraries, such as prom-client's `register`. */
export interface PromClientRegistry {
  getMetricsAsJSON(): unknown;
}

export interface PromClientOptions {
  /**
   * How long the `collect()` functions of metrics are waited for, in milliseconds. A metric whose function takes longer is left
   * out until it has ended. Default: 2000.
   */
  readonly collectTimeoutMs?: number;
  /** Gets the lines that name metrics which cannot be read. By default they go to the console (stderr). */
  readonly logger?: Logger;
}

/** Less than what the exporter waits for one of several sources. */
const COLLECT_TIMEOUT_MS = 2000;

/**
 * Makes a source that reads the metrics of registries at each collection. Registries and metrics stay as they are: nothing is
 * wrapped, and `register.metrics()` goes on to work beside it.
 *
 * It never throws. What cannot be read is named in the log, and what can be read is exported.
 *
 * @param registers one registry or several. A metric that is in several of them is exported once
 */
export function promClientSource(
  registers: PromClientRegistry | readonly PromClientRegistry[],
  options: PromClientOptions = {},
): MetricsSource {
  const states = new StateLog(guardLogger(read(options, 'logger')));
  const given: readonly unknown[] = Array.isArray(registers) ? registers : [registers];
  const usable = given.filter((one) => isUsable(one));
  if (usable.length < given.length) {
    const place = usable.length === 0 ? 'what it was given' : `${given.length - usable.length} of its registries`;
    const need = 'has neither getMetricsAsArray() nor getMetricsAsJSON(). Pass registries, such as "register"';
    states.warnOnce('registers', `promClientSource(): ${place} ${need}`);
  }
  return new PromClientSource(
    usable as readonly ForeignRegistry[],
    states,
    timeoutOf(read(options, 'collectTimeoutMs'), states),
  );
}

function isUsable(value: unknown): boolean {
  try {
    return isRegistry(value);
  } catch {
    return false;
  }
}

function read(options: PromClientOptions, name: keyof PromClientOptions): unknown {
  try {
    return (options as PromClientOptions | null)?.[name];
  } catch {
    return undefined;
  }
}

function timeoutOf(value: unknown, states: StateLog): number {
  if (value === undefined) return COLLECT_TIMEOUT_MS;
  if (typeof value === 'number' && value > 0 && value < 2 ** 31) return value;
  states.warnOnce(
    'timeout',
    `promClientSource(): collectTimeoutMs is no number of milliseconds, so it is ${COLLECT_TIMEOUT_MS}`,
  );
  return COLLECT_TIMEOUT_MS;
}
