/** The entries of the configuration in `pm2 monit`, under a real PM2 7. */
import test from 'ava';
import { built } from '../support/built';
import { withPm2 } from '../support/pm2';
import { missingTerminal } from '../support/terminal';
import { allHaveValues, startRoutes, valuesAtTheDaemon, withoutValues } from './monit-tests';

test.before(built);

test('rows of queries have fixed names, values that people read, and nothing where nothing was recorded', async (t) => {
  await withPm2(7, async (pm2) => valuesAtTheDaemon(t, pm2, await startRoutes(pm2)));
});

test('rows of names and globs have their values at 80 and at 160 columns, and with full names they have not', async (t) => {
  t.timeout(600_000);
  const missing = await missingTerminal();
  if (missing !== undefined) {
    t.pass();
    t.log(`Left out. ${missing}`);
    return;
  }
  await withPm2(7, async (pm2) => {
    for (const columns of [80, 160]) await allHaveValues(pm2, columns);
    for (const [selection, rows] of Object.entries(await withoutValues(pm2, 80))) t.true(rows > 0, selection);
  });
});
