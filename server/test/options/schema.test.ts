/** The JSON schema accepts what the code accepts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv';
import test from 'ava';
import { readOptions } from '../../src/options/read-options';
import { configSchema } from '../../src/options/schema';
import { NAMES, TABLE } from '../../src/options/table';

const isValid = new Ajv({ strict: true, allErrors: true }).compile(configSchema());
const folder = mkdtempSync(join(tmpdir(), 'pm2-metrics-schema-'));
test.after.always(() => rmSync(folder, { recursive: true }));

function isRead(config: object): boolean {
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return readOptions({ env: {}, folder, config: 'config.json' }).ok;
}

/** A valid value of each option. */
const GOOD = {
  ...{
    host: '0.0.0.0',
    port: 9209,
    timeout: 2.5,
    axmMonitor: true,
    appLabel: 'app',
    namespaceLabel: 'ns',
    instanceLabel: 'instance',
  },
  ...{ tlsCert: 'cert.pem', tlsKey: 'key.pem', basicAuthUser: 'me', basicAuthPasswordFile: 'password' },
  ...{ bearerTokenFiles: ['tokens'], apps: ['shop*', '{a,b}'], gauges: ['*_bytes=sum', 'x=a = max'], maxPayloadMb: 1 },
  ...{ maxInflatedMb: 4096, maxSeries: 1, maxEndedSeries: 0, maxConnections: 1, threads: 64, stateFile: '' },
  ...{ logLevel: 'debug', exitWhenAlone: true },
} as const;

test('a file with all options and its schema is valid for both', (t) => {
  const config = { $schema: 'node_modules/pm2-cluster-metrics/schemas/pm2-cluster-metrics.schema.json', ...GOOD };
  t.deepEqual(Object.keys(GOOD).toSorted(), NAMES.filter((name) => !TABLE[name].kind.secret).toSorted());
  t.true(isValid(config), JSON.stringify(isValid.errors));
  t.true(isRead(config));
});

const OTHERS: readonly unknown[] = [
  ...[null, true, -1, 0, 0.5, 1, 64, 65, 4097, 65_536, 1e9, '', ' ', 'a', 'a:b', '1a', 'le', '__a', 'info', 'x\ny'],
  ...['*=sum', '*=last', '=sum', ' = sum', 'x'.repeat(1001), [], [''], ['a'], ['*=min'], [1], [null], {}],
];

for (const [name, good] of Object.entries(GOOD)) {
  test(`both agree about any value of ${name}`, (t) => {
    for (const value of [good, ...OTHERS]) {
      const config = { ...GOOD, [name]: value };
      t.is(isValid(config), isRead(config), JSON.stringify(value));
    }
  });
}

test('an unknown option and a secret are invalid for both', (t) => {
  for (const config of [{ prot: 1 }, { basicAuthPassword: 'x' }, { bearerTokens: ['x'] }]) {
    t.false(isValid(config));
    t.false(isRead(config));
  }
});
