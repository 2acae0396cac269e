/** An open chart with what chooses its numbers. */
import { useEffect, useState } from 'preact/hooks';
import type { FoundMetric } from '../../protocol/page';
import { useLive } from '../live/live';
import type { OpenChart } from '../live/open-charts';
import type { ChartSpec } from '../words/chart-spec';
import { statisticName, statisticsOf } from '../words/statistics';
import { ChartPlot } from './chart-plot';
import { Choice, type Option } from './choice';

const ASK_AGAIN_MS = 5000;

interface CardProps {
  readonly chart: OpenChart;
  readonly seconds: number;
  readonly onChange: (spec: ChartSpec) => void;
  readonly onClose: () => void;
}

export function ChartCard({ chart, seconds, onChange, onClose }: CardProps) {
  const { spec } = chart;
  const metric = useMetric(spec.metric);
  const change = (part: Partial<ChartSpec>): void => onChange({ ...spec, ...part });
  const title = `${spec.metric}, ${statisticName(spec.as, metric?.kind)}`;
  return (
    <section class="card" aria-label={title}>
      <header>
        <h2 title={metric?.description}>{spec.metric}</h2>
        <button type="button" class="quiet close" aria-label={`Close ${spec.metric}`} onClick={onClose}>
          ×
        </button>
      </header>
      <p class="choices">
        <Choice label="Number" value={spec.as} options={statistics(spec, metric)} onChoose={(as) => change({ as })} />
        <Choice
          label="Split"
          value={spec.pmId === 'all' ? 'process' : spec.by === undefined ? '' : `by ${spec.by}`}
          options={splits(spec, metric)}
          onChoose={(value) => change(splitOf(value, spec))}
        />
        <Choice
          label="App"
          value={spec.app ?? ''}
          options={apps(spec, metric)}
          onChoose={(app) => change({ app: app === '' ? undefined : app })}
        />
      </p>
      <ChartPlot chart={chart} seconds={seconds} title={title} />
    </section>
  );
}

/** What the server knows of it; `undefined`: nothing yet, or no longer. */
function useMetric(name: string): FoundMetric | undefined {
  const live = useLive();
  const [metric, setMetric] = useState<FoundMetric>();
  useEffect(() => {
    let timer: number | undefined;
    const ask = async (): Promise<void> => {
      const found = await live.catalogue.get(name);
      if (timer === undefined) return;
      setMetric(found);
      // A link may be older than the metric, or the processes may just have started.
      if (found === undefined) timer = setTimeout(() => void ask(), ASK_AGAIN_MS);
    };
    setMetric(undefined);
    timer = setTimeout(() => void ask());
    return () => {
      clearTimeout(timer);
      timer = undefined;
    };
  }, [name]);
  return metric;
}

function statistics({ as }: ChartSpec, metric: FoundMetric | undefined): readonly Option[] {
  const all = metric === undefined ? [as] : statisticsOf(metric.kind);
  return [...new Set([...all, as])].map((value) => ({ value, text: statisticName(value, metric?.kind) }));
}

function splits({ by }: ChartSpec, metric: FoundMetric | undefined): readonly Option[] {
  const attributes = new Set([...(metric?.attributes ?? []), ...(by === undefined ? [] : [by])]);
  return [
    { value: '', text: 'all together' },
    { value: 'process', text: 'by process' },
    ...[...attributes].map((name) => ({ value: `by ${name}`, text: `by ${name}` })),
  ];
}

function splitOf(value: string, { pmId }: ChartSpec): Partial<ChartSpec> {
  if (value === 'process') return { by: undefined, pmId: 'all' };
  const by = value === '' ? undefined : value.slice('by '.length);
  return { by, pmId: pmId === 'all' ? undefined : pmId };
}

function apps({ app }: ChartSpec, metric: FoundMetric | undefined): readonly Option[] {
  const names = new Set([...(metric?.apps ?? []), ...(app === undefined ? [] : [app])]);
  return [{ value: '', text: 'all apps' }, ...[...names].map((name) => ({ value: name, text: name }))];
}
