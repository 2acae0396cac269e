/** The demo told its user to type a command that asked another PM2 than that of the demo, or none. */
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import test from 'ava';
import { startDemo } from '../e2e/started-demo';
import { until } from '../support/until';

test('the command for the monitor reaches the PM2 of the demo, from any folder', async (t) => {
  const demo = await startDemo(t, '--series', '10');
  const line = await until('the line', () => /^Monitor: (.*) monit$/m.exec(demo.output())?.[1]);
  t.notRegex(line, /\bnpx\b/, 'npx looks for PM2 in the folder where it is typed');
  const { PM2_HOME: _, ...env } = process.env;
  // The monitor itself needs a terminal.
  await until('the metrics of the demo', async () => {
    const { stdout } = await promisify(execFile)('sh', ['-c', `${line} jlist`], { cwd: tmpdir(), env });
    const apps = JSON.parse(stdout.slice(stdout.indexOf('[{'))) as { name: string; pm2_env: { axm_monitor: object } }[];
    const [mashroom] = apps.filter(({ name }) => name === 'mashroom');
    return 'plugins' in (mashroom?.pm2_env.axm_monitor ?? {}) || undefined;
  });
  t.pass();
});
