/** Options whose getters threw, threw out of `startPm2Exporter`. */
import test from 'ava';
import type * as libraryModule from '../../src/index';
import { runAsInstance } from '../in-child/instance';

test('options whose getters throw have their defaults, and only a missing collect throws', async (t) => {
  const ended = await runAsInstance(t, async ({ load, tell }, data) => {
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
      const exporter = startPm2Exporter(one as libraryModule.Pm2ExporterOptions);
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
