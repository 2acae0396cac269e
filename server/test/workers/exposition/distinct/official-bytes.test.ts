/** The text of one instance: the bytes of the official serializer wherever strict parsers take them. */
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import test from 'ava';
import * as fc from '../../../../../test/support/properties';
import { histogram, point } from '../../../../../test/core/encoder/collections';
import { Exposition } from '../../../../workers/exposition/exposition';
import { parse } from '../parsed-text';
import { render } from '../rendered-snapshots';
import { named, ODD_BOUNDS, samplesOf, snapshotOf, withoutComments } from './processes-by-hand';
import { metricOf, scopeShapes, type ScopeShape } from './shapes';

/** Strict parsers would take samples of the other family for its own, though it may have none. */
function isPartOfAnother(head: string, heads: readonly string[]): boolean {
  const other = head.replace(/_(count|sum|bucket)$/, '');
  return other !== head && heads.includes(other);
}

test('an instance as text has the bytes of the official serializer wherever strict parsers take them', async (t) => {
  const serializer = new PrometheusSerializer();
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(scopeShapes, { maxLength: 1 }), async (shapes) => {
      const isPlain = ({ boundaries }: ScopeShape['metrics'][number]): boolean =>
        !ODD_BOUNDS.some((odd) => odd === boundaries);
      const scopes = shapes.map(({ scope, metrics }) => ({
        scope,
        metrics: metrics
          .filter(isPlain)
          .slice(0, 3)
          .map((one) => metricOf({ ...one, attributes: one.attributes.slice(0, 2) })),
      }));
      const resource = { attributes: { 'service.name': 'x' } };
      const official = serializer.serialize({ resource, scopeMetrics: scopes } as never);
      const heads = official.match(/^# HELP \S+/gm) ?? [];
      try {
        parse(withoutComments(official), 'text');
      } catch {
        return;
      }
      if (new Set(heads).size < heads.length || heads.some((head) => isPartOfAnother(head, heads))) return;
      compared++;
      const snapshots = [{ snapshot: await snapshotOf(scopes), labels: [] }];
      t.is(
        render(new Exposition(), { view: 'instance', snapshots, format: 'text' }).body.toString(),
        Buffer.from(official).toString(),
      );
    }),
    { numRuns: 200 },
  );
  t.true(compared > 10, `${compared} compared`);
});

test('of histograms those that strict parsers take have the official bytes, and others are left out, told once', async (t) => {
  const value = (counts: number[], count: number) => ({ buckets: { boundaries: [1], counts }, count, sum: 1 });
  const metric = (...points: object[]) => named(histogram('h', points as never), 'h');
  const good = [point({ i: 0 }, value([1, 2], 3)), point({ i: 3 }, value([0, 0], 0))];
  const odd = [point({ i: 1 }, value([1, 2], 7)), point({ i: 2 }, value([1, 2.5], 3.5))];
  const scopesOf = (...points: object[]) => [{ scope: { name: 's' }, metrics: [metric(...points)] }];
  const shown = async (...points: object[]) =>
    render(new Exposition(), {
      view: 'instance',
      snapshots: [{ snapshot: await snapshotOf(scopesOf(...points)), labels: [] }],
      format: 'text',
    });
  const resource = { attributes: { 'service.name': 'x' } };
  const official = new PrometheusSerializer().serialize({ resource, scopeMetrics: scopesOf(...good) } as never);
  const { body, warnings } = await shown(good[0]!, ...odd, good[1]!);
  t.is(body.toString(), official);
  parse(body.toString(), 'text');
  t.deepEqual(warnings, [
    'Metric h: histograms and summaries are left out if their counts are not whole numbers from 0 on, do not add up, or are too large for the format',
  ]);
  t.deepEqual(samplesOf((await shown(...odd)).body.toString()), []);
});
