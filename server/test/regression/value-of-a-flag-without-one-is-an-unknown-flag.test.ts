/** `--axm-monitor=maybe` was said to be an unknown flag. */
import test from 'ava';
import { line } from '../options/given-options';

test('a value behind a flag that has none says which flags there are', (t) => {
  const [first, second] = ['--axm-monitor=maybe', '--no-axm-monitor=true'].map((flag) => line([flag]));
  const said = 'has a value, expected none: --axm-monitor, or --no-axm-monitor for the opposite\n';
  t.true(first?.kind === 'exit' && first.stderr.startsWith(`pm2-cluster-metrics: --axm-monitor ${said}`));
  t.true(second?.kind === 'exit' && second.stderr.startsWith(`pm2-cluster-metrics: --no-axm-monitor ${said}`));
});
