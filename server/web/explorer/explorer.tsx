/** Any metric as a live chart. */
import { useEffect } from 'preact/hooks';
import { useLive } from '../live/live';
import { useTopics } from '../live/topic';
import { MAX_CHARTS, specKey } from '../words/chart-spec';
import { WINDOWS } from '../words/route';
import { firstSpec } from '../words/statistics';
import { ChartCard } from './chart-card';
import { Choice } from './choice';
import { FoundList } from './found-list';
import { useFound } from './found';
import { useNavigation } from '../live/navigation';

export const SEARCH_ID = 'search';
const WINDOW_OPTIONS = WINDOWS.map((seconds) => ({
  value: String(seconds),
  text: seconds < 3600 ? `${seconds / 60} minutes` : 'one hour',
}));

export function Explorer() {
  const live = useLive();
  const navigation = useNavigation();
  useTopics(live.charts.changed, live.connectionTopic);
  const { search, window } = navigation.route;
  const { found, message } = useFound(search, live.connection);
  const charts = live.charts.all;
  useEffect(() => {
    document.querySelector<HTMLElement>('.charts')?.scrollTo(0, 0);
  }, []);
  return (
    <div class="explorer">
      <section class="search" aria-label="Metrics">
        <input
          id={SEARCH_ID}
          type="search"
          placeholder="Search metrics, attributes, values"
          aria-label="Search metrics"
          autocomplete="off"
          spellcheck={false}
          value={search}
          onInput={({ currentTarget }) => navigation.go({ search: currentTarget.value })}
          onKeyDown={onSearchKey}
        />
        <FoundList
          found={found}
          message={message}
          open={new Set(charts.map(({ spec }) => spec.metric))}
          isFull={charts.length >= MAX_CHARTS}
          onOpen={(metric) => navigation.open(firstSpec(metric))}
        />
      </section>
      <section class="charts" aria-label="Charts">
        {charts.length === 0 ? (
          <p class="muted loading">Choose a metric: its chart opens here, and the page's address keeps it.</p>
        ) : (
          <p class="charts-bar">
            <Choice
              label="Time"
              value={String(window)}
              options={WINDOW_OPTIONS}
              onChoose={(value) => navigation.go({ window: Number(value) })}
            />
            <span class="muted">
              {charts.length} of at most {MAX_CHARTS} charts
            </span>
            <button type="button" class="quiet" onClick={() => navigation.go({ charts: [] })}>
              Close all
            </button>
          </p>
        )}
        <div class="grid">
          {charts.map((chart, index) => (
            // By place: when a chart is to show something else, the focus stays on the control that has chosen it.
            <ChartCard
              key={index}
              chart={chart}
              seconds={window}
              onChange={(spec) => {
                if (specKey(spec) !== specKey(chart.spec)) navigation.change(index, spec);
              }}
              onClose={() => navigation.close(index)}
            />
          ))}
        </div>
      </section>
    </div>
  );
}

function onSearchKey(event: KeyboardEvent): void {
  const input = event.currentTarget as HTMLInputElement;
  if (event.key === 'ArrowDown') {
    event.preventDefault();
    document.querySelector<HTMLElement>('.found button')?.focus();
  } else if (event.key === 'Escape' && input.value === '') {
    input.blur();
  }
}
