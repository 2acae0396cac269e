/** Values by key, kept from one rendering to the next for as long as each rendering uses them. */

export class Kept<K, V> {
  /** Of the rendering before, and of the current one. */
  private former = new Map<K, V>();
  private current = new Map<K, V>();

  /** The value of that key, made if there is none yet. `undefined` is a value too. */
  get(key: K, make: () => V): V {
    const { former, current } = this;
    let value = current.get(key);
    if (value !== undefined || current.has(key)) return value as V;
    value = former.get(key);
    if (value === undefined && !former.has(key)) value = make();
    current.set(key, value as V);
    return value as V;
  }

  forget(key: K): void {
    this.former.delete(key);
    this.current.delete(key);
  }

  /** Ends a rendering: forgets what it has not used. */
  endRendering(): void {
    this.former = this.current;
    this.current = new Map();
  }

  /** What was used by the last rendering that has ended. */
  values(): Iterable<V> {
    return this.former.values();
  }
}
