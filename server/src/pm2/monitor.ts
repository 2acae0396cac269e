/** Reads the probes that a process shows in `pm2 monit`. Most values are texts, some with a unit behind the number. */

export interface MonitorValue {
  readonly name: string;
  readonly value: number;
}

/** Number of probes that are read of one process, so that one process cannot flood the exposition. */
const MAX_PROBES = 1000;
/** In characters. */
const MAX_NAME_LENGTH = 500;
const MAX_VALUE_LENGTH = 60;

/** A number with or without a unit: `12.5ms`, `3 %`. */
const NUMBER = /^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*[^\d\s]{0,20}\s*$/i;

/** @param monitor `axm_monitor` of PM2's process list: objects with a `value`, by probe name */
export function readMonitor(monitor: unknown): MonitorValue[] {
  if (typeof monitor !== 'object' || monitor === null) return [];
  const values: MonitorValue[] = [];
  for (const [name, probe] of Object.entries(monitor as Readonly<Record<string, unknown>>).slice(0, MAX_PROBES)) {
    const value = readNumber(
      typeof probe === 'object' && probe !== null ? (probe as { value?: unknown }).value : probe,
    );
    if (value !== undefined && name.length <= MAX_NAME_LENGTH) values.push({ name, value });
  }
  return values;
}

function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.length > MAX_VALUE_LENGTH) return undefined;
  const digits = NUMBER.exec(value)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
