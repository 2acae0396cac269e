/** `pm2_process_cpu_ratio` was 0.028999999999999998 where PM2 lists 2.9 %. */
import test from 'ava';
import { readProcessList } from '../../src/pm2/process-list';

test('the share of a processor has no more digits than PM2 knows', (t) => {
  for (const [cpu, ratio] of [
    [2.9, 0.029],
    [0.7, 0.007],
    [1234.5, 12.345],
  ] as const) {
    t.is(readProcessList([{ pm_id: 3, name: 'shop', pm2_env: {}, monit: { cpu } }])[0]?.cpuRatio, ratio);
  }
});
