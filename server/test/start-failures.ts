/** What PM2 does with a metrics server that cannot start. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { root, run } from '../../test/package/packed';
import { withPm2, type App, type Pm2Version } from '../../test/support/pm2';
import { until, untilEqual } from '../../test/support/until';

const SERVER = join(root, 'server/dist/src/main.js');

/** Starts servers that cannot start, as a user does and without any option of PM2's. */
export async function stopsWithoutRestarts(t: ExecutionContext, version: Pm2Version): Promise<void> {
  await run(root, process.execPath, '-e', "require('./scripts/ensure').ensureBuilt()");
  const occupant = createServer().listen(0, '127.0.0.1');
  t.teardown(() => occupant.close());
  await once(occupant, 'listening');
  const port = String((occupant.address() as AddressInfo).port);
  const server = (name: string, exec_mode: App['exec_mode'], used: string): App => ({
    name,
    script: SERVER,
    exec_mode,
    env: { PM2_METRICS_PORT: used },
  });
  await withPm2(version, async (pm2) => {
    await pm2.start(
      server('bad-option', 'fork', 'x'),
      server('bad-option-cluster', 'cluster', 'x'),
      server('used-port', 'fork', port),
    );
    const stopped = await until('end of all servers', async () => {
      const instances = await pm2.list();
      return instances.every(({ status }) => status === 'stopped') ? instances : undefined;
    });
    t.deepEqual(
      stopped.map(({ name, restarts }) => [name, restarts]),
      [
        ['bad-option', 0],
        ['bad-option-cluster', 0],
        ['used-port', 0],
      ],
    );
    // PM2 writes their lines a little later.
    const invalid = () => pm2.logs().match(/PM2_METRICS_PORT is "x", expected a whole number/g)?.length;
    await untilEqual(t, invalid, 2);
    const used = `Cannot listen at 127.0.0.1, port ${port}: another process listens there (EADDRINUSE)`;
    await untilEqual(t, () => pm2.logs().includes(used), true, used);

    // After the user has freed the port, the app starts like any other.
    occupant.close();
    await pm2.restart('used-port');
    await until('start of the server', async () => (await pm2.list('used-port'))[0]?.status === 'online' || undefined);
    await until('listening server', () => (pm2.logs().includes('Listening at http') ? true : undefined));
  });
}
