/** The schema for editors and the code that reads the configuration accept the same. */
import Ajv from 'ajv';
import test from 'ava';
import * as fc from '../support/properties';
import schema from '../../schemas/mashroom-monitoring-pm2-exporter.schema.json';
import { readConfig } from '../../src/config/read-config';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
}

const root: Schema = schema;
const isValid = new Ajv({ strict: true, allErrors: true }).compile(root);

function propertiesOf(node: Schema): [string, Schema][] {
  return Object.entries(node.properties ?? node.anyOf?.find(({ properties }) => properties)?.properties ?? {});
}

function defaultsOf(node: Schema): unknown {
  if ('default' in node) return node.default;
  const defaults = propertiesOf(node).map(([key, property]) => [key, defaultsOf(property)] as const);
  const present = defaults.filter(([, value]) => value !== undefined);
  return present.length === 0 ? undefined : Object.fromEntries(present);
}

const anyValue = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.constantFrom(-1, 0, 0.5, 1, 1.5, 64, 1e9, '', '10', [], {}, ['a', ''], [1]),
);

/** Nearly valid configurations: most values are valid, the others are at a limit, just beyond it, or anything. */
function nearly(node: Schema): fc.Arbitrary<unknown> {
  const right: fc.Arbitrary<unknown>[] = 'default' in node ? [fc.constant(node.default)] : [];
  const doubtful: fc.Arbitrary<unknown>[] = [anyValue];
  const { minimum, maximum } = node;
  if (minimum !== undefined && maximum !== undefined) {
    right.push(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum));
    doubtful.push(fc.constantFrom(minimum - 1, maximum + 1, minimum + 0.5));
  }
  if (node.enum !== undefined) right.push(fc.constantFrom(...node.enum));
  if (node.type === 'string') right.push(fc.string());
  if (node.type === 'number') doubtful.push(fc.double({ min: -1, max: 2 }));
  if (node.type === 'array') right.push(fc.array(fc.oneof(fc.string({ minLength: 1, unit: 'grapheme' }), entry)));
  if (node.type === 'boolean' || node.anyOf !== undefined) right.push(fc.boolean());
  const properties = propertiesOf(node);
  if (properties.length > 0) {
    const model = Object.fromEntries(properties.map(([key, property]) => [key, nearly(property)]));
    const known = fc.record(model, { requiredKeys: [] });
    const unknown = fc.oneof(fc.string(), fc.constantFrom(...properties.map(([key]) => `${key}s`), '__proto__'));
    right.push(known);
    doubtful.push(fc.tuple(known, unknown, anyValue).map(([object, key, value]) => withKey(object, key, value)));
  }
  return fc.oneof({ arbitrary: fc.oneof(...right), weight: 30 }, { arbitrary: fc.oneof(...doubtful), weight: 1 });
}

const text = fc.string({ minLength: 1, unit: 'grapheme', maxLength: 6 });
/** Queries and vitals, nearly valid. They have no names in common, which is more than a schema can tell. */
let names = 0;
const name = fc.integer({ min: 1, max: 12 }).map((length) => `${++names}`.padStart(length, '_'));
const optional = <T>(value: fc.Arbitrary<T>, ...doubtful: unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    { arbitrary: value, weight: 60 },
    { arbitrary: fc.constantFrom<unknown>(...doubtful, null, '', 7), weight: 1 },
  );
const entry = fc.oneof(
  fc.record(
    {
      metric: optional(text, 'x'.repeat(1001)),
      as: optional(
        fc.constantFrom('rate', 'avg', 'p95', 'p99.9', 'p0', 'p100'),
        'p101',
        'p5.',
        'p100.5',
        'median',
        'p099',
      ),
      by: optional(fc.array(text, { maxLength: 10 }), ['', 'a'], new Array(11).fill('a')),
      where: optional(fc.dictionary(text, fc.string(), { maxKeys: 10 }), { a: 5 }, []),
      top: optional(fc.integer({ min: 1, max: 20 }), 0, 21, 1.5),
      name: optional(name, 'x'.repeat(21)),
      unit: optional(fc.string({ maxLength: 20 }), 'x'.repeat(21)),
    },
    { requiredKeys: ['metric', 'as'] },
  ),
  fc.record({
    vital: optional(fc.constantFrom('requests', 'errors', 'latency', 'eventLoop', 'sessions'), 'request'),
    name,
  }),
  fc.constantFrom(
    {},
    { metric: 'a' },
    { as: 'rate' },
    { vital: 'errors', as: 'rate' },
    { metric: 'a', as: 'rate', were: {} },
  ),
);

/** As in JSON.parse, `__proto__` becomes an ordinary key. */
function withKey(object: object, key: string, value: unknown): object {
  return Object.fromEntries([...Object.entries(object), [key, value]]);
}

test('the defaults of the schema are those of the code', (t) => {
  t.deepEqual(defaultsOf(root) as object, readConfig({}).config);
  t.true(isValid(readConfig({}).config));
});

test('each key has a description', (t) => {
  const check = (node: Schema, path: string): void => {
    for (const [key, property] of propertiesOf(node)) {
      if (key !== '$schema' && node.anyOf === undefined) t.truthy(property.description, `${path}${key}`);
      check(property, `${path}${key}.`);
    }
  };
  check(root, '');
});

test('what the schema calls valid has no problems, and the other way round', (t) => {
  const seen = { valid: 0, invalid: 0 };
  fc.assert(
    fc.property(nearly(root), (generated) => {
      const input = JSON.parse(JSON.stringify(generated)) as unknown;
      const { problems } = readConfig(input);
      seen[problems.length === 0 ? 'valid' : 'invalid']++;
      t.is(isValid(input), problems.length === 0, JSON.stringify({ input, problems, errors: isValid.errors }));
    }),
    { numRuns: 3000 },
  );
  t.log(seen);
  t.true(seen.valid > 100 && seen.invalid > 100, 'both kinds have been tried');
});

test('each problem names a key at which the schema finds fault', (t) => {
  fc.assert(
    fc.property(nearly(root), (generated) => {
      const input = JSON.parse(JSON.stringify(generated)) as unknown;
      isValid(input);
      const faults = (isValid.errors ?? []).map(({ instancePath, params }) => {
        const { additionalProperty, missingProperty } = params as Record<string, string | undefined>;
        const extra = additionalProperty ?? missingProperty;
        return extra === undefined ? instancePath : `${instancePath}/${extra}`;
      });
      // JSON pointers and our paths have the same keys with different separators.
      const keys = (path: string): string => path.replaceAll(/[^a-z0-9_]/gi, '');
      for (const { path } of readConfig(input).problems) {
        const named = faults.some((fault) => keys(fault) === keys(path));
        t.true(named, JSON.stringify({ input, path, faults }));
      }
      t.pass();
    }),
    { numRuns: 1000 },
  );
});

test('what the code makes of a configuration is valid, whatever it was', (t) => {
  fc.assert(
    fc.property(nearly(root), (input) => {
      const { config } = readConfig(input);
      t.true(isValid(config), JSON.stringify({ input, config, errors: isValid.errors }));
    }),
  );
});
