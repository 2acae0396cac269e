/** Which metrics have most series, and which label makes them. */
import { useEffect, useState } from 'preact/hooks';
import type { Cardinality, MetricCardinality } from '../../protocol/page';
import { getCardinality } from '../live/api';
import { useLive } from '../live/live';
import { useTopics } from '../live/topic';
import { plain, timeOfDay } from '../words/numbers';

const ASK_EVERY_MS = 10_000;
/** Attributes and processes that a row names. */
const NAMED = 6;

export function CardinalityView() {
  const live = useLive();
  useTopics(live.connectionTopic);
  const [known, setKnown] = useState<Cardinality>();
  const [message, setMessage] = useState('');
  useEffect(() => {
    let isCurrent = true;
    const ask = async (): Promise<void> => {
      const answer = await getCardinality();
      if (!isCurrent) return;
      if (answer.ok) setKnown(answer.value);
      setMessage(answer.ok ? '' : answer.message);
    };
    void ask();
    const timer = setInterval(() => {
      if (!document.hidden) void ask();
    }, ASK_EVERY_MS);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [live.connection]);
  if (known === undefined) return <p class="muted loading">{message === '' ? 'Counting series …' : message}</p>;
  const most = Math.max(1, ...known.metrics.map(({ series }) => series));
  return (
    <section aria-label="Cardinality">
      <p class="lead">
        <strong>{plain(known.series)}</strong> series.{' '}
        <span class="muted">Growth is since {timeOfDay(known.since)}.</span>
        {message !== '' && <span class="bad"> {message}</span>}
      </p>
      <div class="table-box" tabIndex={0} role="group" aria-label="Metrics by their number of series">
        <table class="cardinality">
          <caption class="hidden">Metrics by their number of series</caption>
          <thead>
            <tr>
              <th scope="col">metric</th>
              <th scope="col">app</th>
              <th scope="col" class="number">
                series
              </th>
              <th scope="col" class="number">
                grown by
              </th>
              <th scope="col">values of its attributes</th>
              <th scope="col">by process</th>
            </tr>
          </thead>
          <tbody>
            {known.metrics.map((metric) => (
              <Row key={`${metric.app} ${metric.metric}`} metric={metric} most={most} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ metric: { metric, app, series, grown, attributes, processes }, most }: RowProps) {
  const more = processes.length - NAMED;
  return (
    <tr>
      <th scope="row" class="metric-name">
        {metric}
      </th>
      <td>{app}</td>
      <td class="number">
        {plain(series)}
        <svg class="share" width="80" height="3" aria-hidden="true">
          <rect width={(80 * series) / most} height="3" />
        </svg>
      </td>
      <td class={grown > 0 ? 'number grown' : 'number muted'}>{grown > 0 ? `+${plain(grown)}` : plain(grown)}</td>
      <td>
        {attributes
          .toSorted((a, b) => b.values - a.values)
          .slice(0, NAMED)
          .map(({ name, values, grown: more }) => (
            <span key={name} class="chip">
              {name} <b>{plain(values)}</b>
              {more > 0 && <span class="grown"> +{plain(more)}</span>}
            </span>
          ))}
      </td>
      <td class="muted">
        {processes
          .slice(0, NAMED)
          .map((process) => `${process.pmId}: ${plain(process.series)}`)
          .join(', ')}
        {more > 0 && `, and ${more} more`}
      </td>
    </tr>
  );
}

interface RowProps {
  readonly metric: MetricCardinality;
  readonly most: number;
}
