/** Finds the key that was probably meant by one that does not exist: a typing error, or the right key in the wrong object. */

/** Known keys, each with the keys of its object. */
export type Keys = Readonly<Record<string, { readonly fields?: Keys }>>;

/** Largest edit distance between a key and the key that was meant. */
const MAX_DISTANCE = 2;
/** No key is longer than this, so that a longer text need not be compared. */
const MAX_LENGTH = 40;

/** @returns the path of the nearest known key, `undefined` if none is near */
export function nearestKey(path: string, fields: Keys): string | undefined {
  const key = path.slice(path.lastIndexOf('.') + 1);
  if (key.length > MAX_LENGTH) return undefined;
  const parent = path.slice(0, path.length - key.length);
  const near = pathsOf(fields, '')
    .map((known) => {
      const name = known.slice(known.lastIndexOf('.') + 1);
      const sameParent = known === parent + name;
      const distance = key.toLowerCase() === name.toLowerCase() ? 0 : editDistance(key, name);
      // Short names are near to any word. In another object only the same name is a hint.
      return { known, sameParent, distance, limit: sameParent ? Math.min(MAX_DISTANCE, name.length - 2) : 0 };
    })
    .filter(({ distance, limit }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || Number(b.sameParent) - Number(a.sameParent));
  return near[0]?.known;
}

function pathsOf(fields: Keys, parent: string): string[] {
  return Object.entries(fields).flatMap(([key, field]) => [
    parent + key,
    ...pathsOf(field.fields ?? {}, `${parent}${key}.`),
  ]);
}

/** Levenshtein distance. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
