/** With a real `pm2-runtime`, as the process of a container. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { built, METRICS_SERVER } from '../../../test/support/built';

const RUNTIME = join(dirname(require.resolve('pm2/package.json')), 'bin', 'pm2-runtime');
/** It runs for a moment, and then crashes each time until PM2 gives it up. */
const APP = 'setTimeout(() => process.exit(1), 1500)';

test('pm2-runtime ends when the app has crashed for good, although the metrics server ran beside it', async (t) => {
  await built();
  const folder = mkdtempSync(join(tmpdir(), 'pm2-runtime-'));
  writeFileSync(join(folder, 'app.js'), APP);
  writeFileSync(
    join(folder, 'ecosystem.config.js'),
    `module.exports = ${JSON.stringify({
      apps: [
        { name: 'app', script: join(folder, 'app.js'), max_restarts: 1, min_uptime: 600_000 },
        {
          ...{ name: 'metrics', script: METRICS_SERVER, exec_mode: 'fork' },
          env: { PM2_METRICS_PORT: '0', PM2_METRICS_EXIT_WHEN_ALONE: true },
        },
      ],
    })}`,
  );
  const child = spawn(process.execPath, [RUNTIME, 'start', join(folder, 'ecosystem.config.js')], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, PM2_HOME: join(folder, 'pm2') },
  });
  t.teardown(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
  // With all of its output.
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  t.regex(output, /Listening at http:/);
  t.regex(output, /No other app runs any more: this server ends/);
  t.is(signal, null, output);
  // What pm2-runtime ends with when no app is online.
  t.is(code, 2, output);
});
