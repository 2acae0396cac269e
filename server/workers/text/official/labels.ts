/**
 * Makes label sets valid for which the official serializer writes invalid ones: with a label name twice (`a.b` and `a_b` both
 * become `a_b`; `le` is added to buckets), or with a name that begins with a digit. Prometheus rejects the whole scrape then.
 *
 * Values of equal names are joined by `;` in the order of the attributes' names, as OpenTelemetry's specification of
 * Prometheus compatibility says (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/). A name
 * that the serializer adds gets the prefix `exported_`, as in Prometheus when labels clash.
 */
import type { Attributes } from '../../../../core/otel';

export class Labels {
  /** Lists of attribute names that need no change, as JSON: few lists for many series. */
  private readonly validLists = new Set<string>();

  constructor(
    /** Returns the label name that the serializer makes of an attribute's name. */
    private readonly labelOf: (key: string) => string,
    /** Names of the labels that the serializer adds. */
    private readonly added: ReadonlySet<string>,
  ) {}

  /** @returns attributes whose labels are valid: the same object if they are so already */
  valid(attributes: Attributes): Attributes {
    const keys = Object.keys(attributes);
    const list = JSON.stringify(keys);
    if (this.validLists.has(list)) return attributes;
    const names = keys.map((key) => this.validName(key));
    if (names.every((name, i) => name === this.labelOf(keys[i] as string)) && new Set(names).size === names.length) {
      this.validLists.add(list);
      return attributes;
    }
    return merge(attributes, keys, names);
  }

  private validName(key: string): string {
    let name = this.labelOf(key);
    if (!/^[a-zA-Z_]/.test(name)) name = `_${name}`;
    while (this.added.has(name)) name = `exported_${name}`;
    return name;
  }
}

function merge(attributes: Attributes, keys: readonly string[], names: readonly string[]): Attributes {
  const keysByName = new Map<string, string[]>();
  for (const [i, name] of names.entries()) {
    const sharing = keysByName.get(name);
    if (sharing === undefined) keysByName.set(name, [keys[i] as string]);
    else sharing.push(keys[i] as string);
  }
  return Object.fromEntries(
    [...keysByName].map(([name, sharing]) => {
      const [only] = sharing;
      if (sharing.length === 1 && only !== undefined) return [name, attributes[only]];
      return [
        name,
        sharing
          .sort()
          .map((key) => valueText(attributes[key]))
          .join(';'),
      ];
    }),
  );
}

/** The value as the serializer writes it, but for the escaping. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
