/**
 * Checked copies of a collection's scopes and descriptors, without fields that other threads and processes do not know.
 * Nearly always a collection has the same scopes and descriptors as the last one, so that each is copied once.
 */
import type { Descriptor, Scope } from '../../otel';
import { MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS } from '../../snapshot';
import { attributeText } from '../series/attributes';

interface ScopeHead {
  readonly scope: Scope;
  readonly key: string;
}

interface DescriptorHead {
  readonly descriptor: Descriptor;
  readonly key: string;
}

const scopes = new WeakMap<object, ScopeHead>();
const descriptors = new WeakMap<object, DescriptorHead>();

/** @throws TypeError for a text that is too long, and whatever reading the scope throws */
export function scopeHead(foreign: Scope): ScopeHead {
  let head = scopes.get(foreign);
  if (head === undefined) {
    const name = labelText(foreign.name);
    const version = optionalText(foreign.version);
    const schemaUrl = optionalText(foreign.schemaUrl);
    for (const text of [name, version, schemaUrl]) checkLength(text, MAX_NAME_CHARS, 'name, version or schema');
    const scope = { name, ...(version !== undefined && { version }), ...(schemaUrl !== undefined && { schemaUrl }) };
    head = { scope, key: JSON.stringify([name, version ?? '', schemaUrl ?? '']) };
    scopes.set(foreign, head);
  }
  return head;
}

/** The official serializer shows nothing for `null`, 0 and `false` either. An empty text says the same as none. */
function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' || value ? labelText(value) : undefined;
}

/** What the official serializer shows as the label's value: JSON where it is no string, nothing for `undefined`. */
function labelText(value: unknown): string {
  if (typeof value === 'string') return value;
  const text = attributeText(value);
  const shown: unknown = JSON.parse(text);
  return typeof shown === 'string' ? shown : text;
}

/**
 * @returns `undefined` where there is no name
 * @throws TypeError for a text that is too long, and whatever reading the descriptor throws
 */
export function descriptorHead(foreign: unknown): DescriptorHead | undefined {
  if (typeof foreign !== 'object' || foreign === null) return undefined;
  let head = descriptors.get(foreign);
  if (head === undefined) {
    const { name, description, unit, type, valueType, naming } = foreign as Partial<Descriptor>;
    if (typeof name !== 'string') return undefined;
    checkLength(name, MAX_NAME_CHARS, 'name');
    checkLength(description, MAX_DESCRIPTION_CHARS, 'description');
    checkLength(unit, MAX_NAME_CHARS, 'unit');
    checkLength(type, MAX_NAME_CHARS, 'type');
    const descriptor = {
      name,
      ...(typeof description === 'string' && { description }),
      ...(typeof unit === 'string' && { unit }),
      ...(typeof type === 'string' && { type }),
      ...(Number.isFinite(valueType) && { valueType: valueType as number }),
      ...(naming === 'prometheus' && { naming }),
    };
    head = {
      descriptor,
      key: JSON.stringify([name, descriptor.description, descriptor.unit, descriptor.type, descriptor.naming]),
    };
    descriptors.set(foreign, head);
  }
  return head;
}

function checkLength(text: unknown, max: number, what: string): void {
  if (typeof text === 'string' && text.length > max) {
    throw new TypeError(`its ${what} has ${text.length} characters, at most ${max} are allowed`);
  }
}
