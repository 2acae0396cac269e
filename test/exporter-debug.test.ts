/** The exporter's debug lines, in processes that seem to be started by PM2. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import type * as libraryModule from '../src/index';
import type * as loggerModule from '../src/logger';
import { metrics } from './collect/running-collector';
import { runInChild, type Ended } from './in-child/run';

interface Argument {
  readonly data: unknown;
  readonly withLogger: boolean;
}

/** Starts and stops an exporter that hears a malformed request in between. */
function startChild(t: ExecutionContext, NODE_DEBUG: string, withLogger = false): Promise<Ended> {
  const home = mkdtempSync(join(tmpdir(), 'exporter-debug-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  const env = { PM2_HOME: home, pm_id: '0', NODE_DEBUG };
  return runInChild(
    async ({ load, tell }, argument: Argument) => {
      const { startPm2Exporter } = load('src/index') as typeof libraryModule;
      const note = (line: string): void => tell(line);
      const logger = { debug: note, info: note, warn: note, error: note };
      const collect = () => argument.data as never;
      const exporter = startPm2Exporter({ collect, ...(argument.withLogger && { logger }) });
      process.emit('message', { topic: 'getMetrics', from: 'x' }, undefined);
      await exporter.stop();
    },
    { data: metrics(1), withLogger },
    { channel: true, env },
  );
}

const MALFORMED = 'Ignored a malformed request for metrics: "from" is "x", expected the pm_id of the asker';

test('with NODE_DEBUG=pm2-exporter a process without a logger of its own shows debug lines', async (t) => {
  const ended = await startChild(t, 'other,pm2-exporter');
  t.like(ended, { code: 0, told: [] });
  const lines = ended.output.trimEnd().split('\n');
  t.is(lines.filter((line) => /^PM2-EXPORTER \d+: /.test(line) && line.endsWith(MALFORMED)).length, 1, ended.output);
});

test('without NODE_DEBUG there are no debug lines', async (t) => {
  t.like(await startChild(t, 'other'), { code: 0, told: [], output: '' });
});

test("a process's own logger gets debug lines, whatever NODE_DEBUG is", async (t) => {
  const ended = await startChild(t, 'pm2-exporter', true);
  t.like(ended, { code: 0, output: '' });
  t.true(ended.told.includes(MALFORMED), JSON.stringify(ended.told));
});

for (const [NODE_DEBUG, formatted] of [
  ['', 0],
  ['pm2-exporter', 1],
] as const) {
  test(`with NODE_DEBUG='${NODE_DEBUG}' ${formatted} details of a debug line are formatted`, async (t) => {
    const ended = await runInChild(
      ({ load, tell }, [custom]) => {
        const { consoleLogger } = load('src/logger') as typeof loggerModule;
        let count = 0;
        consoleLogger.debug('100 %s done', { [Symbol.for(custom)]: () => `detail ${++count}` });
        tell(count);
      },
      [inspect.custom.description as string] as const,
      { env: { NODE_DEBUG } },
    );
    t.deepEqual(ended.told, [formatted]);
    t.is(ended.output.endsWith(': 100 %s done detail 1\n'), formatted === 1, ended.output);
  });
}

test('the module that debug lines need is there before the exporter is loaded', async (t) => {
  const ended = await runInChild(({ load, tell }) => {
    const loaded = (process as unknown as { moduleLoadList: string[] }).moduleLoadList;
    const before = new Set(loaded);
    load('src/logger');
    tell(loaded.filter((name) => !before.has(name)));
  });
  t.deepEqual(ended.told, [[]]);
});
