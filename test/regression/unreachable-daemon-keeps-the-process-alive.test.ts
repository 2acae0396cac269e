/** A process without further work lived for ten seconds more where PM2's daemon did not answer the exporter's first message. */
import test from 'ava';
import type * as libraryModule from '../../src/index';
import { runAsInstance } from '../in-child/instance';

test('a process that has nothing else to do ends while the daemon is out of reach', async (t) => {
  const ended = await runAsInstance(t, ({ load, tell }, data) => {
    const { startPm2Exporter } = load('src/index') as typeof libraryModule;
    const { active } = startPm2Exporter({ collect: () => data as never });
    tell(active);
    // Seven seconds that the process has seen pass: while a busy machine leaves it waiting, one step counts.
    let steps = 0;
    setInterval(() => {
      if (++steps < 70) return;
      tell(process.getActiveResourcesInfo());
      process.exit();
    }, 100).unref();
  });
  t.is(ended.code, 0);
  t.deepEqual(ended.told, [true]);
});
