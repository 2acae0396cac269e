/** Makes the task that answers all questions of a round: vitals of each process, and the charts that viewers show. */
import { Selector } from '../../../core/select';
import { VITAL_QUERIES } from '../../../core/query/vitals';
import type { Snapshot } from '../../../core/snapshot';
import { appTitle } from '../../protocol/labels';
import type { LabelledSnapshot } from '../../protocol/render';
import type { ChartQuestion, QueriedSnapshot, QueryTask } from '../../protocol/query';
import type { OpenChart } from './charts/open-chart';
import type { HeardRun } from './processes/heard-runs';

const VITAL_METRICS = [...new Set(Object.values(VITAL_QUERIES).flatMap((all) => all.map(({ metric }) => metric)))];

/** Whether it needs the sums over all runs, ended ones too: a total must not go down when a process ends. */
export function needsSums({ subject: { as, pmId } }: OpenChart): boolean {
  return as === 'total' && pmId === undefined;
}

export interface Questions {
  readonly task: QueryTask;
  /** The runs of {@link QueryTask.vitals}. */
  readonly asked: readonly HeardRun[];
}

/** @param sums what `/metrics/cluster` shows of the apps; their first label is the app's name */
export function questionsOf(
  runs: readonly HeardRun[],
  charts: readonly OpenChart[],
  sums: readonly LabelledSnapshot[],
): Questions {
  const selector = new Selector([...VITAL_METRICS, ...new Set(charts.map(({ subject }) => subject.metric))]);
  const snapshots: QueriedSnapshot[] = [...runs, ...sums.map(({ snapshot }) => ({ snapshot, earlier: undefined }))].map(
    ({ snapshot, earlier }) => ({
      snapshot: only(snapshot, selector),
      earlier: earlier && only(earlier, selector),
    }),
  );
  const asked = runs.flatMap((run, i) => (run.vitalsOf === run.snapshot ? [] : [[i, run] as const]));
  return {
    asked: asked.map(([, run]) => run),
    task: {
      kind: 'query',
      snapshots,
      vitals: asked.map(([i]) => i),
      charts: charts.map((chart) => ({ query: chart.query, of: subjectOf(chart, runs, sums) })),
    },
  };
}

function subjectOf(
  chart: OpenChart,
  runs: readonly HeardRun[],
  sums: readonly LabelledSnapshot[],
): ChartQuestion['of'] {
  const { app, pmId } = chart.subject;
  if (needsSums(chart)) {
    return sums.flatMap(({ labels: [name, namespace] }, i) => {
      const title = appTitle({ app: name?.[1] ?? '', namespace: namespace?.[1] });
      return app === undefined || title === app ? { snapshot: runs.length + i, label: undefined } : [];
    });
  }
  return runs.flatMap(({ run, isLeaving }, snapshot) => {
    if (app !== undefined && appTitle(run) !== app) return [];
    if (typeof pmId === 'number' && run.pmId !== pmId) return [];
    const name = `${appTitle(run)} ${run.pmId}`;
    return { snapshot, label: pmId === 'all' ? `${name}${isLeaving ? ' (leaving)' : ''}` : undefined };
  });
}

/** Only the families that the selector names: what a task carries is posted piece by piece. */
function only(snapshot: Snapshot, selector: Selector): Snapshot {
  const scopes = snapshot.scopes.flatMap(({ scope, families }) => {
    const selected = families.filter(({ descriptor }) => selector.rank(descriptor.name) >= 0);
    return selected.length === 0 ? [] : { scope, families: selected };
  });
  return { ...snapshot, scopes, resource: '{}' };
}
