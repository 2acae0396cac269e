/** What the resources of an app's instances have in common: the labels of its one `target_info`. */

/** Attributes that tell processes apart, by OpenTelemetry's semantic conventions. */
const OF_ONE_PROCESS = new Set([
  'service.instance.id',
  'process.pid',
  'process.parent_pid',
  'process.creation.time',
  'process.group_leader.pid',
  'process.session_leader.pid',
  'process.vpid',
]);

/**
 * @param resources JSON texts of attributes
 * @returns JSON text of the attributes that all have with the same value, without those of one process: these would make a
 * new series of each start
 */
export function commonResource(resources: readonly string[]): string {
  const [first = {}, ...others] = [...new Set(resources)].map((text) => JSON.parse(text) as Record<string, unknown>);
  const same = Object.entries(first).filter(
    ([key, value]) =>
      !OF_ONE_PROCESS.has(key) &&
      others.every((one) => Object.hasOwn(one, key) && JSON.stringify(one[key]) === JSON.stringify(value)),
  );
  return JSON.stringify(Object.fromEntries(same));
}
