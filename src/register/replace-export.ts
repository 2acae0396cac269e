/** Puts something in the place of an export, in the module's own object where that is possible. */

/** What stands in the place of what, so that nothing is wrapped twice. */
export class Replacements {
  private readonly made = new WeakSet();
  private readonly byOriginal = new WeakMap<object, object>();

  /**
   * @param replace gets the function or class that is exported
   * @returns what the module exports from now on: the same object, or a copy where the property is read-only
   */
  replace(exports: unknown, name: string, replace: (original: Constructor) => object): unknown {
    if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null) return exports;
    const property = Object.getOwnPropertyDescriptor(exports, name);
    const original = property === undefined ? undefined : (exports as Readonly<Record<string, unknown>>)[name];
    if (typeof original !== 'function' || this.made.has(original)) return exports;
    const value = this.replacementOf(original as Constructor, replace);
    if (Reflect.set(exports, name, value) && (exports as Readonly<Record<string, unknown>>)[name] === value) {
      return exports;
    }
    const properties = Object.getOwnPropertyDescriptors(exports);
    const replaced = { value, enumerable: true, configurable: true, writable: true };
    return Object.defineProperties(Object.create(Object.getPrototypeOf(exports) as object | null), {
      ...properties,
      [name]: replaced,
    }) as unknown;
  }

  private replacementOf(original: Constructor, replace: (original: Constructor) => object): object {
    const known = this.byOriginal.get(original);
    if (known !== undefined) return known;
    const replacement = replace(original);
    this.byOriginal.set(original, replacement);
    this.made.add(replacement);
    return replacement;
  }
}

export type Constructor = new (...args: unknown[]) => object;
