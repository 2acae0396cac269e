import test from 'ava';
import { ORDER_SHIFT, PAGE_SERIES } from '../../../../core/snapshot';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import { PrometheusText } from '../../../workers/exposition/instance/prometheus-text';
import { spansOf } from '../../../workers/text/spans';
import { counter, encode, familyOf, point, series } from '../../../../test/core/encoder/collections';
import { collectText } from '../../../../test/support/collected-text';

test('a span ends where the page ends', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 10_000 });
  const all = series(2 * PAGE_SERIES + 5);
  const family = familyOf(
    await encode(
      encoder,
      counter(
        'c',
        all.map((each) => point(each, 1)),
      ),
    ),
  );
  t.deepEqual(
    [...spansOf(family)],
    [
      [0, 0, PAGE_SERIES],
      [1, 0, PAGE_SERIES],
      [2, 0, 5],
    ],
  );
  const order = [1, 2, 2, PAGE_SERIES - 2, PAGE_SERIES - 1, PAGE_SERIES, PAGE_SERIES + 1, 2 << ORDER_SHIFT, 0];
  t.deepEqual(
    [...spansOf({ ...family, order: Int32Array.from(order) })],
    [
      [0, 1, 3],
      [0, 2, 3],
      [0, PAGE_SERIES - 2, PAGE_SERIES],
      [1, 0, 2],
      [2, 0, 1],
      [0, 0, 1],
    ],
  );
});

test('series around the end of a page are rendered where the first one is missing', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 10_000 });
  const text = new PrometheusText();
  const all = series(2 * PAGE_SERIES).map((each) => point(each, 1));
  await encode(encoder, counter('c', all));
  const snapshot = await encode(encoder, counter('c', all.slice(1)));
  const lines = collectText(text, snapshot).split('\n').slice(5, -1);
  t.deepEqual(
    lines.map((line) => Number(/id="(\d+)"/.exec(line)?.[1])),
    all.slice(1).map((_, i) => i + 1),
  );
});
