/** The rows of `pm2 monit` in terminals of both usual widths, under each PM2. */
import test from 'ava';
import { built } from '../../support/built';
import { withPm2, type Pm2Version } from '../../support/pm2';
import { missingTerminal } from '../../support/terminal';
import { allHaveValues, rowsInTerminal, startRoutes, valuesAtTheDaemon } from '../monit-tests';

test.before(built);

for (const version of [5, 6, 7] as Pm2Version[]) {
  test.serial(`PM2 ${version}: each row has its value at 80 and at 160 columns`, async (t) => {
    t.timeout(600_000);
    const missing = await missingTerminal();
    await withPm2(version, async (pm2) => {
      const app = await startRoutes(pm2);
      if (missing === undefined) for (const columns of [80, 160]) await rowsInTerminal(t, pm2, columns);
      else t.log(`Left out: the rows in a terminal. ${missing}`);
      await valuesAtTheDaemon(t, pm2, app);
      if (missing !== undefined) return;
      await pm2.delete('routes');
      for (const columns of [80, 160]) await allHaveValues(pm2, columns);
    });
  });
}
