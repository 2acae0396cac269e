/** Any input gives valid options, or sentences about the invalid ones. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import * as fc from '../../../test/support/properties';
import { readOptions } from '../../src/options/read-options';
import { NAMES, TABLE, envOf } from '../../src/options/table';

const name = fc.oneof(fc.constantFrom(...NAMES), fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString'));
const texts = fc.oneof(fc.string(), fc.constantFrom('', '0', '1', 'true', 'a,{b,c}', '*=max', 'info'));
const values = fc.oneof(fc.jsonValue(), texts, fc.nat(100_000), fc.array(texts));

test('any input gives valid options or errors, and changes no prototype', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pm2-metrics-options-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  let good = 0;
  const property = fc.property(
    fc.array(fc.tuple(name, values), { maxLength: 3 }),
    fc.dictionary(name, values, { maxKeys: 2 }),
    fc.dictionary(
      name.map(envOf),
      texts.filter((text) => !text.includes('\0')),
      { maxKeys: 2 },
    ),
    (file, settings, env) => {
      // Written as text: an object made of entries would lose __proto__.
      const members = file.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
      writeFileSync(join(folder, 'c.json'), `{${members.join()}}`);
      const given = { ...env, name: 'm', m: JSON.stringify(settings) };
      const result = readOptions({ env: given, folder, config: 'c.json' });
      if (!result.ok)
        return result.problems.length > 0 && result.problems.every((problem) => / is | are | was /.test(problem));
      good++;
      return NAMES.every(
        (key) => result.options[key] !== undefined || TABLE[key].fallback({}) === undefined || key === 'stateFile',
      );
    },
  );
  fc.assert(property, { numRuns: 500 });
  t.true(good > 0);
  t.is(({} as Record<string, unknown>)['port'], undefined);
});
