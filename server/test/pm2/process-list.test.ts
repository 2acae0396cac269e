import test from 'ava';
import * as fc from '../../../test/support/properties';
import { readMonitor } from '../../src/pm2/monitor';
import { readProcessList } from '../../src/pm2/process-list';

const env = {
  status: 'online',
  restart_time: 4,
  unstable_restarts: 1,
  pm_uptime: 1_795_000_000_123,
  axm_options: { isModule: false },
  axm_monitor: { 'Used Heap Size': { value: '12.5', unit: 'MiB' } },
};
const entry = { pm_id: 3, name: 'shop', pid: 4711, pm2_env: env, monit: { cpu: 150.5, memory: 1024 } };

test('a process is read, with its numbers in base units', (t) => {
  t.deepEqual(readProcessList([entry]), [
    {
      run: { app: 'shop', pmId: 3, key: '3-1795000000123-4711' },
      pid: 4711,
      status: 'online',
      isModule: false,
      restarts: 4,
      unstableRestarts: 1,
      startedAt: 1_795_000_000_123,
      cpuRatio: 1.505,
      memoryBytes: 1024,
      memoryLimitBytes: undefined,
      monitor: [{ name: 'Used Heap Size', value: 12.5 }],
    },
  ]);
});

test("a limit of memory is what PM2's daemon has in bytes", (t) => {
  const limit = (max_memory_restart: unknown): number | undefined =>
    readProcessList([{ ...entry, pm2_env: { ...env, max_memory_restart } }])[0]?.memoryLimitBytes;
  t.is(limit(314_572_800), 314_572_800);
  for (const none of [undefined, null, 0, -1, '300M', Number.NaN]) t.is(limit(none), undefined, String(none));
});

test('each run has a key of its own: another process or another start is another run', (t) => {
  const other = { ...entry, pid: 4712 };
  const later = { ...entry, pm2_env: { ...env, pm_uptime: env.pm_uptime + 1 } };
  const elsewhere = { ...entry, pm_id: 31 };
  const keys = readProcessList([entry, other, later, elsewhere]).map(({ run }) => run.key);
  t.is(new Set(keys).size, 4);
});

test('a module is recognised by what PM2 says of it or by what it says of itself', (t) => {
  const isModule = (more: object): boolean | undefined =>
    readProcessList([{ ...entry, pm2_env: { ...env, ...more } }])[0]?.isModule;
  t.true(isModule({ pmx_module: true }));
  t.true(isModule({ axm_options: { isModule: true } }));
  t.false(isModule({ pmx_module: 'no' }));
});

test('the list is by pm_id, without processes that are being replaced', (t) => {
  const ids = [10, '_old_3', 2, 0, -1, 1.5, null].map((pm_id) => ({ ...entry, pm_id }));
  t.deepEqual(
    readProcessList(ids).map(({ run }) => run.pmId),
    [0, 2, 10],
  );
});

test('any answer of the daemon is read as a list of well-formed processes, or is an error that says what it is', (t) => {
  t.throws(() => readProcessList({}), { instanceOf: TypeError, message: /object, expected a list/ });
  const anything = fc.anything({ maxDepth: 3 });
  const odd = fc.record(
    { pm_id: fc.oneof(fc.nat(), anything), name: fc.oneof(fc.string(), anything), pid: anything, monit: anything },
    { requiredKeys: [] },
  );
  const withEnv = fc
    .tuple(odd, fc.dictionary(fc.constantFrom(...Object.keys(env)), anything))
    .map(([one, pm2_env]) => ({ ...one, pm2_env }));
  fc.assert(
    fc.property(fc.array(fc.oneof(withEnv, anything)), (list) => {
      for (const { run, cpuRatio, memoryBytes, restarts, status, monitor } of readProcessList(list)) {
        t.true(Number.isSafeInteger(run.pmId) && typeof run.app === 'string' && typeof status === 'string');
        t.true([cpuRatio, memoryBytes, restarts, ...monitor.map(({ value }) => value)].every(Number.isFinite));
      }
    }),
  );
});

test('what is shown in pm2 monit is read where it is a number, without its unit', (t) => {
  const values = Object.entries({
    number: 1.5,
    text: '12',
    ms: '3.25ms',
    spaced: ' 40 % ',
    perSecond: '7req/sec',
    negative: '-1e-3',
    none: '-',
    empty: '',
    words: '5 of 7',
    version: '1.2.3',
    infinite: Infinity,
    long: '1'.repeat(100_000),
    object: {},
  });
  const monitor = Object.fromEntries(values.map(([name, value]) => [name, { value }]));
  t.deepEqual(
    readMonitor({ ...monitor, bare: '4' }).map(({ name, value }) => [name, value]),
    [
      ['number', 1.5],
      ['text', 12],
      ['ms', 3.25],
      ['spaced', 40],
      ['perSecond', 7],
      ['negative', -0.001],
      ['bare', 4],
    ],
  );
  t.deepEqual(readMonitor('text'), []);
  const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`probe ${i}`, 1]));
  t.is(readMonitor(many).length, 1000);
});

test('a namespace is named unless it is the default one', (t) => {
  const of = (namespace: unknown) => readProcessList([{ ...entry, pm2_env: { ...entry.pm2_env, namespace } }])[0]?.run;
  t.is(of('blue')?.namespace, 'blue');
  for (const namespace of ['default', '', undefined, 1]) t.false('namespace' in of(namespace)!, String(namespace));
});
