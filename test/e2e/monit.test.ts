/** Queries of the configuration in `pm2 monit`, under a real PM2 7. */
import test from 'ava';
import { built } from '../support/built';
import { withPm2 } from '../support/pm2';
import { startRoutes, valuesAtTheDaemon } from './monit-tests';

test.before(built);

test('rows of queries have fixed names, values that people read, and nothing where nothing was recorded', async (t) => {
  await withPm2(7, async (pm2) => valuesAtTheDaemon(t, pm2, await startRoutes(pm2)));
});
