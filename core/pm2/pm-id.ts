/**
 * Reads the `pm_id` that a message names. PM2 puts the id into the environment, so that most senders have it as a string.
 * @returns `undefined` for anything else
 */
export function readPmId(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
