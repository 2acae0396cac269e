/** Outside PM2 the exporter promised a line, and without a logger of the app's own printed none. */
import test from 'ava';
import type * as libraryModule from '../../src/index';
import { runAsInstance } from '../in-child/instance';

test('a process that PM2 has not started prints one line, which says so', async (t) => {
  const ended = await runAsInstance(
    t,
    async ({ load, tell }, data) => {
      const { startPm2Exporter } = load('src/index') as typeof libraryModule;
      const exporter = startPm2Exporter({ collect: () => data as never });
      tell(exporter.active);
      await exporter.stop();
    },
    { env: { pm_id: '' } },
  );
  t.deepEqual([ended.code, ended.told], [0, [false]]);
  t.regex(ended.output, /^\[pm2-exporter\] PM2 has not started this process .* Start it with pm2 start\n$/);
});
