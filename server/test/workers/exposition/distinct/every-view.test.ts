/** Whatever processes collect, no view in any format has a series twice. */
import test, { type ExecutionContext } from 'ava';
import * as fc from '../../../../../test/support/properties';
import type { LabelledSnapshot } from '../../../../protocol/render';
import type { Snapshot } from '../../../../../core/snapshot';
import { promtool, testWith } from '../../../../../test/support/scrapers';
import { decode } from '../protobuf/decoded-protobuf';
import { load } from '../other-serializer';
import { parse } from '../parsed-text';
import { FORMATS, labels, render } from '../rendered-snapshots';
import { withoutComments } from './processes-by-hand';
import { processOf, scopeShapes, type ScopeShape } from './shapes';

const LABELS = { app: 'pm2_app', namespace: 'pm2_namespace', instance: 'pm_id' };

/** All views of two instances and one in another namespace, with metrics of the server itself. */
function viewsOf(
  [a, b, c, own]: readonly [Snapshot, Snapshot, Snapshot, Snapshot],
  merger: ReturnType<typeof load>['merger'],
) {
  const server = { snapshot: own, labels: [] };
  const elsewhere: LabelledSnapshot['labels'] = [
    ['pm2_app', 'shop'],
    ['pm2_namespace', 'blue'],
    ['pm_id', '2'],
  ];
  const run = (pmId: number, namespace?: string) => ({ app: 'shop', namespace, pmId, key: String(pmId) });
  const rest = { state: undefined, silent: [] };
  const apps = [
    {
      ...rest,
      app: 'shop',
      live: [
        { run: run(0), snapshot: a, isLeaving: false },
        { run: run(1), snapshot: b, isLeaving: false },
      ],
      started: ['0', '1'],
    },
    {
      ...rest,
      app: 'shop',
      namespace: 'blue',
      live: [{ run: run(2, 'blue'), snapshot: c, isLeaving: false }],
      started: ['2'],
    },
  ];
  const merged = merger.absorb({ kind: 'absorb', apps, rules: [], maxEndedSeries: 1000, labels: LABELS });
  return {
    all: [
      { snapshot: a, labels: labels(0) },
      { snapshot: b, labels: labels(1) },
      { snapshot: c, labels: elsewhere },
      server,
    ],
    cluster: [...merged.snapshots, server],
    instance: [{ snapshot: a, labels: [] }],
  };
}

async function checkViews(
  t: ExecutionContext,
  shapes: readonly (readonly ScopeShape[])[],
  { exposition, merger }: ReturnType<typeof load>,
  strict: (text: string) => void,
) {
  const snapshots = (await Promise.all(shapes.map(processOf))) as unknown as readonly [
    Snapshot,
    Snapshot,
    Snapshot,
    Snapshot,
  ];
  for (const [view, parts] of Object.entries(viewsOf(snapshots, merger))) {
    for (const format of FORMATS) {
      for (const twice of [1, 2]) {
        const { body } = render(exposition, {
          view: view === 'instance' ? 'instance' : 'all',
          snapshots: parts,
          format,
        });
        if (format === 'protobuf') decode(body);
        else {
          const text = body.toString();
          parse(format === 'text' ? withoutComments(text) : text, format);
          if (format === 'text' && twice === 2) strict(text);
        }
      }
    }
  }
  t.pass();
}

const processes = fc.tuple(...Array.from({ length: 4 }, () => fc.array(scopeShapes, { maxLength: 3 })));

for (const serializer of ['@opentelemetry/exporter-prometheus', 'exporter-prometheus-1']) {
  const workers = load(serializer);

  test(`whatever processes collect, no view in any format has a series twice, with ${serializer}`, async (t) => {
    await fc.assert(
      fc.asyncProperty(processes, (shapes) => checkViews(t, shapes, workers, () => undefined)),
      { numRuns: 25, includeErrorInReport: true },
    );
  });

  testWith('promtool')(`promtool reads every view of whatever processes collect, with ${serializer}`, async (t) => {
    const strict = (text: string): void => {
      const { code, output } = promtool(['check', 'metrics'], text);
      // 3 is its code for names and helps that it finds fault with.
      if (code !== 0 && code !== 3) throw new Error(`${output}\n${text}`);
    };
    await fc.assert(
      fc.asyncProperty(processes, (shapes) => checkViews(t, shapes, workers, strict)),
      { numRuns: 10, includeErrorInReport: true },
    );
  });
}
