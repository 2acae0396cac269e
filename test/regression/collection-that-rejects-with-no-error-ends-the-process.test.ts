/** A collection that threw or rejected with something that is no error was an unhandled rejection, the end of an app without
 * PM2's @pm2/io. */
import test from 'ava';
import type * as fastCheck from 'fast-check';
import type * as libraryModule from '../../src/index';
import { runAsInstance } from '../in-child/instance';

test('a collection may throw and reject with any value', async (t) => {
  const ended = await runAsInstance(t, async ({ load, require, tell }) => {
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
