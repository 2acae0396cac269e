'use strict';

/** Metrics with values and labels that are easily spoiled on their way. */

async function addOddMetrics(service) {
  await service.addObservableCallback((observer) => {
    const odd = observer.gauge('odd_gauge', 'Says "odd" with a \\ and\na second line');
    odd.set(NaN, { value: 'not a number' });
    odd.set(Infinity, { value: 'without end' });
    odd.set(-Infinity, { value: 'without beginning' });
    odd.set(-0, { value: 'negative zero' });
    odd.set(0.1 + 0.2, { value: 'long' });
    odd.set(1e300, { value: 'large' });
    odd.set(1, { value: 'quotes " and \\ and\nline', 'dotted.name': 1, flag: true, list: ['a', 'b'] });
    observer.counter('odd_observable_counter', 'Counts').set(2 ** 53 - 1, {});
  });
  service.counter('odd_counter', 'Counts as well').inc(0.5, { unicode: 'äöü 日本 🍄', empty: '' });
  service.histogram('odd_histogram', 'Without observations in most buckets', [-1, 0, 0.5, 1e9]).record(-5, { a: 1 });
}

module.exports = { addOddMetrics };
