/** A process whose metrics all have names of Prometheus has no `target_info`. A metric of its own with that name was left out. */
import test from 'ava';
import { asPrometheus, point } from '../../../test/core/encoder/collections';
import { Exposition } from '../../workers/exposition/exposition';
import { instance, render } from '../workers/exposition/rendered-snapshots';

const INFO = { descriptor: { name: 'target_info' }, dataPointType: 2, dataPoints: [point({ version: '1' }, 1)] };

test('a metric target_info is shown where the server shows none, in each view', async (t) => {
  const snapshots = [await instance(0, { metrics: [asPrometheus(INFO, { naming: 'prometheus' })] })];
  for (const view of ['instance', 'all'] as const) {
    const { body, warnings } = render(new Exposition(), { view, snapshots, format: 'text' });
    t.deepEqual(warnings, []);
    t.regex(body.toString(), /^target_info\{version="1".* 1$/m);
  }
});
