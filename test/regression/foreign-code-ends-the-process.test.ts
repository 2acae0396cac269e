/** What an app gives the exporter may throw anything anywhere. Without PM2's @pm2/io an unhandled rejection ends it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type * as fastCheck from 'fast-check';
import type * as libraryModule from '../../src/index';
import { metrics } from '../collect/running-collector';
import { runInChild, type Ended, type Host } from '../in-child/run';

/** Nothing but what `work` itself writes and the given lines, and the end that it comes to by itself. */
function startChild(t: ExecutionContext, work: (host: Host, argument: unknown) => unknown): Promise<Ended> {
  const home = mkdtempSync(join(tmpdir(), 'foreign-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  return runInChild(work, metrics(1), { channel: true, env: { PM2_HOME: home, pm_id: '0' } });
}

test('a collection may throw and reject with all that there is', async (t) => {
  const ended = await startChild(t, async ({ load, require, tell }) => {
    const { startPm2Exporter } = load('src/index') as typeof libraryModule;
    const fc = require('fast-check') as typeof fastCheck;
    const bad = (): never => {
      throw Object.create(null);
    };
    const revoked = (): object => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    };
    const hostile = new Proxy(
      {},
      { get: bad, getPrototypeOf: bad, ownKeys: bad, has: bad, getOwnPropertyDescriptor: bad },
    );
    const named = (message: unknown): object => Object.assign(Object.create(null) as object, { message });
    const foreign = fc.oneof(
      fc.anything({ withNullPrototype: true, withBigInt: true, withMap: true, withTypedArray: true, withDate: true }),
      fc.anything().map(named),
      fc.string({ unit: 'binary', maxLength: 200 }).map((text) => new Error(text)),
    );
    // Chosen by number, since fast-check itself reads what it makes.
    const special: readonly unknown[] = [
      hostile,
      revoked(),
      Symbol('s'),
      bad,
      'x'.repeat(5_000_000),
      Object.defineProperty(new Error('e'), 'message', { get: bad }),
      { toString: bad, valueOf: bad, [Symbol.toPrimitive]: bad },
      { then: bad },
      Object.defineProperty({}, 'then', { get: bad }),
    ];
    const doing = fc.constantFrom('throw', 'reject', 'answer', 'thenable');
    const behaviours = fc.sample(fc.tuple(foreign, fc.nat(2 * special.length), doing), 300);
    let at = 0;
    let bytes = 0;
    const note = (line: string): void => void (bytes += line.length);
    const rejects = async (value: unknown): Promise<never> => {
      await Promise.resolve();
      throw value;
    };
    const collect = (): never => {
      const [made, number, does] = behaviours[at++ % behaviours.length] as [unknown, number, string];
      const value = number < special.length ? special[number] : made;
      if (does === 'throw') throw value;
      if (does === 'reject') return rejects(value) as never;
      if (does === 'thenable')
        return { then: (_: unknown, reject: (value: unknown) => void) => reject(value) } as never;
      return value as never;
    };
    // The shortest interval is 100 ms: 300 of them take their time, so the timer is turned faster.
    const { setTimeout: later } = globalThis;
    globalThis.setTimeout = ((work: () => void, ms: number) => later(work, Math.min(ms, 5))) as typeof setTimeout;
    const exporter = startPm2Exporter({
      collect,
      intervalMs: 100,
      logger: { debug: note, info: note, warn: note, error: note },
    });
    await new Promise<void>((resolve) => {
      const wait = (): unknown => (at >= behaviours.length ? resolve() : later(wait, 20));
      wait();
    });
    tell([exporter.active, bytes > 0, bytes < 50_000]);
    await exporter.stop();
    tell('stopped');
  });
  t.like(ended, { code: 0, output: '' });
  t.deepEqual(ended.told, [[true, true, true], 'stopped']);
});

test('a logger may be anything, and throw or reject with anything', async (t) => {
  const ended = await startChild(t, async ({ load, tell }, data) => {
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

test('options whose getters throw have their defaults, and only a missing collect throws', async (t) => {
  const ended = await startChild(t, async ({ load, tell }, data) => {
    const { startPm2Exporter } = load('src/index') as typeof libraryModule;
    const bad = (): never => {
      throw new Error('of no interest');
    };
    const collect = () => data as never;
    const options = (keys: readonly string[], base: object = { collect }) =>
      Object.defineProperties(base, Object.fromEntries(keys.map((key) => [key, { enumerable: true, get: bad }])));
    for (const one of [
      options(['intervalMs', 'logger']),
      options([], { collect, probes: options(['max'], {}) }),
      new Proxy({ collect }, { ownKeys: bad }),
    ]) {
      const exporter = startPm2Exporter(one as never);
      if (!exporter.active) tell('not active');
      await exporter.stop();
    }
    for (const one of [undefined, null, {}, 5, { collect: 5 }, options(['collect'], {})]) {
      try {
        startPm2Exporter(one as never);
        tell('no error');
      } catch (error) {
        tell(String(error).slice(0, 21));
      }
    }
  });
  t.is(ended.code, 0, ended.output);
  t.deepEqual(ended.told, Array(6).fill('TypeError: "collect" '));
  const lines = ended.output.trimEnd().split('\n');
  for (const text of [
    'intervalMs is a value that cannot be read, expected a whole number',
    'probes.max is a value that cannot be read',
    'the configuration is a value that cannot be read, expected an object: its default is used',
    'The logger of the exporter',
  ])
    t.is(lines.filter((line) => line.includes(text)).length, 1, `${text} in ${ended.output}`);
});
