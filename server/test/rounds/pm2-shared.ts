/** The apps that all tests of one real PM2 share, and what a test asks of them. */
import type { Instance, Pm2 } from '../../../test/support/pm2';
import { until } from '../../../test/support/until';
import { answeringApp, exportingApp, serverApp, serverOf, type Server } from './pm2-apps';

/**
 * So short that a test can wait for it: answers that an app holds until afterwards come too late. All others have come by
 * then, on a busy machine too, whose daemon takes a while to list its processes.
 */
export const SHORT_MS = 2000;

export interface Shared {
  readonly pm2: Pm2;
  readonly server: Server;
  instanceOf(name: string): Promise<Instance>;
  /** All instances of an app answer like this from now on. */
  behave(name: string, mode: object): Promise<void>;
  /** What an app was asked so far. */
  requestsOf(name: string): Promise<object[]>;
  /** Waits until an app was asked that often. */
  heard(name: string, count: number): Promise<true>;
  /** Has an app send the oldest of the answers that it holds. */
  release(name: string, count: number): Promise<void>;
}

export async function startShared(pm2: Pm2): Promise<Shared> {
  await pm2.start(
    exportingApp('library', 2),
    answeringApp('many', {}, 2),
    answeringApp('compact'),
    answeringApp('plain', { form: 'plain' }),
    answeringApp('mute', { mute: true }),
    serverApp(),
  );
  for (const [name, count] of Object.entries({ library: 2, many: 2, compact: 1, plain: 1, mute: 1 })) {
    await pm2.ready(name, count);
  }
  const server = await serverOf(pm2);
  await server.answered('library', 2);
  return shared(pm2, server);
}

function shared(pm2: Pm2, server: Server): Shared {
  const instanceOf = async (name: string): Promise<Instance> => (await pm2.list(name))[0] as Instance;
  const requestsOf = async (name: string): Promise<object[]> => (await instanceOf(name)).ask('requests');
  return {
    pm2,
    server,
    instanceOf,
    requestsOf,
    async behave(name, mode) {
      for (const { ask } of await pm2.list(name)) await ask('behave', mode);
    },
    heard: (name, count) =>
      until(`request ${count} of ${name}`, async () => ((await requestsOf(name)).length >= count ? true : undefined)),
    async release(name, count) {
      await (await instanceOf(name)).ask('release', { count });
    },
  };
}
