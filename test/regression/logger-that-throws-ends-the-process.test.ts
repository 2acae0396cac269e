/** A logger that threw or rejected was an unhandled rejection, or threw out of the start. */
import test from 'ava';
import type * as libraryModule from '../../src/index';
import { runAsInstance } from '../in-child/instance';

test('a logger may be anything, and throw or reject with anything', async (t) => {
  const ended = await runAsInstance(t, async ({ load, tell }, data) => {
    const { startPm2Exporter } = load('src/index') as typeof libraryModule;
    const bad = (): never => {
      throw Object.create(null);
    };
    const each = (method: unknown) => ({ debug: method, info: method, warn: method, error: method });
    const loggers: unknown[] = [
      null,
      5,
      'logger',
      true,
      Symbol('s'),
      {},
      [],
      () => undefined,
      each(bad),
      each(5),
      each(async () => (await Promise.resolve(), bad())),
      each(() => ({ then: bad })),
      each(() => ({
        get then() {
          return bad();
        },
      })),
      new Proxy({}, { get: bad }),
      Object.create(null),
      { warn: bad },
    ];
    for (const logger of loggers) {
      const collect = () => data as never;
      // Each start has a line for the logger.
      const exporter = startPm2Exporter({ collect, logger, intervalMs: 'never' } as never);
      process.emit('message', { topic: 'getMetrics', from: 'x' } as never, undefined as never);
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (!exporter.active) tell('not active');
      await exporter.stop();
    }
    tell('done');
  });
  t.deepEqual([ended.code, ended.told], [0, ['done']], ended.output);
  const lines = ended.output.trimEnd().split('\n');
  const about = (text: string): number => lines.filter((line) => line.includes(text)).length;
  // One line of each logger that does not work; those that are called and reject have taken the line.
  t.is(about('The logger of the exporter '), 16, ended.output);
  t.is(about('intervalMs'), 14, ended.output);
  t.is(lines.length, 30, ended.output);
});
