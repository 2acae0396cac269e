/**
 * Makes label sets valid where the official serializer's are not: it may emit a label name twice (`a.b` and `a_b` are
 * both `a_b`; `le` is what it adds to buckets itself), or one that begins with a digit. Any of these spoils the whole
 * scrape.
 *
 * Values of one name are joined by `;` in the order of the attributes' names, as OpenTelemetry's text for Prometheus
 * compatibility has it (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/). A name
 * that the serializer adds itself gets the prefix `exported_`, as Prometheus does with labels that clash.
 */
import type { Attributes } from '../../../core/otel';

export class Labels {
  /** Lists of attribute names that are valid as they are: few, for many series. */
  private readonly sound = new Set<string>();

  constructor(
    /** The label name that the serializer makes of an attribute's name. */
    private readonly labelOf: (key: string) => string,
    /** Labels that the serializer adds itself. */
    private readonly added: ReadonlySet<string>,
  ) {}

  /** @returns the attributes themselves if they are fine */
  valid(attributes: Attributes): Attributes {
    const keys = Object.keys(attributes);
    const list = JSON.stringify(keys);
    if (this.sound.has(list)) return attributes;
    const names = keys.map((key) => this.validName(key));
    if (names.every((name, i) => name === this.labelOf(keys[i] as string)) && new Set(names).size === names.length) {
      this.sound.add(list);
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

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
