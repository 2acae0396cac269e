/** `/metrics` had a series of one process twice where `a.b` stood beside `a-b`, or two scopes had the same counter. */
import test from 'ava';
import { point } from '../../../test/core/encoder/collections';
import { counts } from '../workers/exposition/distinct/processes-by-hand';
import { shown } from '../workers/exposition/distinct/shown-process';

const scope = { name: 's' };

for (const view of ['all', 'instance'] as const) {
  test(`${view}: counters that are one in Prometheus are added, and it is told`, async (t) => {
    const warning = (name: string) => [
      `Metric ${name} has several series with the same name and labels in one process: they are added up.`,
    ];
    t.deepEqual(await shown(view, { scope, metrics: [counts('a.b', point({}, 1)), counts('a-b', point({}, 2))] }), {
      ...{ samples: ['a_b_total 3'], warnings: warning('a_b_total') },
    });
    const points = [point({ code: 200 }, 1), point({ code: '200' }, 2), point({ code: 404 }, 4)];
    t.deepEqual(await shown(view, { scope, metrics: [counts('c', ...points)] }), {
      ...{ samples: ['c_total{code="200"} 3', 'c_total{code="404"} 4'], warnings: warning('c_total') },
    });
    const twice = [
      { scope, metrics: [counts('c', point({}, 1))] },
      { scope, metrics: [counts('c', point({ a: '' }, 2))] },
    ];
    t.deepEqual((await shown(view, ...twice)).samples, ['c_total 3']);
    const unlike = [
      { scope, metrics: [counts('c', point({}, 1))] },
      { scope: { name: 's', version: '2' }, metrics: [counts('c', point({}, 2))] },
    ];
    t.deepEqual(await shown(view, ...unlike), { samples: ['c_total 1', 'c_total 2'], warnings: [] });
  });
}
