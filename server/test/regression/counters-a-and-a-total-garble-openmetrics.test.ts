/** `a` and `a_total` are one counter in OpenMetrics. The lines of the second one lacked the beginning of their labels. */
import test from 'ava';
import { asPrometheus, counter, point } from '../../../test/core/encoder/collections';
import { Exposition } from '../../workers/exposition/exposition';
import { parse } from '../workers/exposition/parsed-text';
import { instance, render } from '../workers/exposition/rendered-snapshots';

test('counters of two libraries that are one in OpenMetrics are shown as one, each with its labels', async (t) => {
  const verbatim = asPrometheus(counter('requests', [point({ route: '/a' }, 1)]), { naming: 'prometheus' });
  const snapshots = [
    await instance(0, { metrics: [counter('requests', [point({ route: '/b' }, 2)])] }),
    await instance(1, { metrics: [verbatim] }),
  ];
  for (const order of [snapshots, [...snapshots].reverse()]) {
    const text = render(new Exposition(), { view: 'all', snapshots: order, format: 'openmetrics' }).body.toString();
    parse(text, 'openmetrics');
    const lines = text.split('\n').filter((line) => line.startsWith('requests_total'));
    t.deepEqual(lines.map((line) => /route="([^"]*)".*pm_id="(\d)".* (\d)$/.exec(line)?.slice(1).join(' ')).sort(), [
      '/a 1 1',
      '/b 0 2',
    ]);
  }
});
