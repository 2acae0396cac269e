/** Metrics that were found: a click opens a chart. */
import type { FoundMetric, FoundMetrics } from '../../protocol/page';
import { plain } from '../words/numbers';

interface ListProps {
  readonly found: FoundMetrics | undefined;
  readonly message: string | null;
  /** Names of metrics that have a chart. */
  readonly open: ReadonlySet<string>;
  readonly isFull: boolean;
  readonly onOpen: (metric: FoundMetric) => void;
}

export function FoundList({ found, message, open, isFull, onOpen }: ListProps) {
  const metrics = found?.metrics ?? [];
  return (
    <>
      <p class="muted count" role="status">
        {message ?? (found === undefined ? 'Asking …' : countOf(found))}
        {isFull && ' All charts are in use: close one to open another.'}
      </p>
      <ul class="found" onKeyDown={moveFocus}>
        {metrics.map((metric) => (
          <li key={metric.name}>
            <button
              type="button"
              disabled={isFull}
              class={open.has(metric.name) ? 'open' : ''}
              title={metric.description}
              onClick={() => onOpen(metric)}
            >
              <span class="metric-name">{metric.name}</span>
              <span class="muted facts">
                {metric.kind}
                {metric.unit !== null && metric.unit !== '' && `, ${metric.unit}`}, {plain(metric.series)} series
                {metric.apps.length > 0 && `, ${metric.apps.join(', ')}`}
              </span>
              {metric.examples.map((example) => (
                <span key={example} class="muted example">
                  {example}
                </span>
              ))}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function countOf({ metrics, total }: FoundMetrics): string {
  if (total === 0) return 'Nothing is found.';
  if (metrics.length < total) return `${metrics.length} of ${plain(total)} metrics: type more to see others.`;
  return total === 1 ? '1 metric' : `${total} metrics`;
}

function moveFocus(event: KeyboardEvent): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  const list = event.currentTarget as HTMLElement;
  const buttons = [...list.querySelectorAll<HTMLElement>('button')];
  const next = buttons.indexOf(document.activeElement as HTMLElement) + step;
  if (next < 0) document.getElementById('search')?.focus();
  else buttons[next]?.focus();
}
