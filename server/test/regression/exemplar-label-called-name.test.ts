/** `__name__` is the name of the metric as a label. An exemplar with a label of that name had strict parsers refuse the scrape. */
import test from 'ava';
import { asPrometheus, counter, point } from '../../../test/core/encoder/collections';
import { parse } from '../workers/exposition/parsed-text';
import { instance, text } from '../workers/exposition/rendered-snapshots';

test('the label __name__ of an exemplar gets another name, as that of a series does', async (t) => {
  const exemplars = [{ attributes: { __name__: 'x', trace_id: 'abc' }, value: 1 }];
  const metric = asPrometheus(counter('requests_total', [{ ...point({}, 2), exemplars }]), { naming: 'prometheus' });
  const [family] = parse(text([await instance(0, { metrics: [metric] })], 'openmetrics'), 'openmetrics');
  t.deepEqual([...family!.samples[0]!.exemplar!.labels].sort(), [
    ['exported___name__', 'x'],
    ['trace_id', 'abc'],
  ]);
});
