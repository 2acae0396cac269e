/** What `npm start -- --series 100000` measures beside the demo, with fewer series; and the other collector. */
import test from 'ava';
import { until } from '../../support/until';
import { assertNothingLeft, startDemo } from '../started-demo';

test('with many series the demo measures both collectors, with the exporter and without', async (t) => {
  t.timeout(600_000);
  const demo = await startDemo(t, '--series', '10000', '--seconds', '2', '--instances', '1', '--collector', 'stand-in');
  await until('its report', () => (demo.output().includes('How long requests take') ? true : undefined));
  t.regex(demo.output(), /^ {2}session +\d+ mashroo…sessions_total$/m);
  for (const collector of ['own', 'stand-in']) {
    for (const exporter of ['without', 'with']) {
      const row = new RegExp(`^ {2}${collector} +${exporter}( +\\d+(\\.\\d)?){4}$`, 'm');
      await until(`the row ${collector} ${exporter}`, () => (row.test(demo.output()) ? true : undefined));
    }
  }
  await until('the end of its report', () => (demo.output().includes('Ctrl-C ends it') ? true : undefined));
  demo.child.kill('SIGINT');
  t.is(await demo.ended, 0);
  await assertNothingLeft(t, demo);
});
