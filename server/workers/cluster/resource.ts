/** The attributes that the resources of several instances have in common. */

/** @param resources JSON texts of attributes @returns JSON text of the attributes that all have with the same value */
export function commonResource(resources: readonly string[]): string {
  const [first = '{}', ...others] = [...new Set(resources)];
  if (others.length === 0) return first;
  const all = others.map((text) => JSON.parse(text) as Record<string, unknown>);
  const same = Object.entries(JSON.parse(first) as Record<string, unknown>).filter(([key, value]) =>
    all.every((one) => Object.hasOwn(one, key) && JSON.stringify(one[key]) === JSON.stringify(value)),
  );
  return JSON.stringify(Object.fromEntries(same));
}
