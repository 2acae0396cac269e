/** A chart's plot and, as words, what it shows. */
import { useEffect, useReducer, useRef, useState } from 'preact/hooks';
import { LivePlot } from '../draw/live-plot';
import { styleOf } from '../draw/plot';
import { theme } from '../draw/theme';
import { useLive } from '../live/live';
import type { OpenChart } from '../live/open-charts';
import { useTopics } from '../live/topic';
import { formatOf, timeOfDay } from '../words/numbers';

/** A legend with more series may be scrolled, by the keyboard too. */
const UNSCROLLED = 6;

interface PlotProps {
  readonly chart: OpenChart;
  readonly seconds: number;
  readonly title: string;
}

export function ChartPlot({ chart, seconds, title }: PlotProps) {
  const live = useLive();
  const host = useRef<HTMLDivElement>(null);
  const [plot, setPlot] = useState<LivePlot>();
  useTopics(chart.news);
  useEffect(() => {
    const made = new LivePlot(host.current!, chart, live, seconds);
    setPlot(made);
    return () => made.end();
  }, [chart]);
  useEffect(() => plot?.show(seconds), [plot, seconds]);
  const { error, buffer } = chart;
  const isEmpty = buffer.length === 0 || buffer.names.length === 0;
  return (
    <>
      <div class="plot" ref={host} role="img" aria-label={`${title}: ${buffer.names.length} series over time`}>
        {error === null && isEmpty && <p class="muted loading">Waiting for numbers …</p>}
      </div>
      {error !== null && <p class="bad chart-error">{error}</p>}
      {error === null && plot !== undefined && <Legend chart={chart} plot={plot} />}
    </>
  );
}

/** Numbers are those under the cursor, or else the newest ones. */
function Legend({ chart, plot }: { readonly chart: OpenChart; readonly plot: LivePlot }) {
  const [, render] = useReducer((turn: number, _: undefined) => turn + 1, 0);
  useTopics(theme.topic);
  useEffect(() => plot.cursorTopic.subscribe(() => render(undefined)), [plot]);
  const { buffer, hasOther } = chart;
  const format = formatOf(chart.unit);
  const { cursorTime, cursorMark } = plot;
  return (
    <>
      <p class="at muted">
        {cursorTime === undefined ? 'now' : timeOfDay(cursorTime)}
        {cursorMark !== undefined && ` · ${cursorMark[1]}: ${cursorMark[2]} ${cursorMark[3]} ${cursorMark[4]}`}
      </p>
      <ul class="legend" aria-label="Series" tabIndex={buffer.names.length > UNSCROLLED ? 0 : undefined}>
        {buffer.names.map((name, index) => {
          const { stroke, isDashed } = styleOf(index, buffer.names.length, hasOther, theme.colours);
          return (
            <li key={index}>
              <svg class="swatch" width="14" height="3" aria-hidden="true">
                <line
                  x1="0"
                  y1="1.5"
                  x2="14"
                  y2="1.5"
                  stroke={stroke}
                  stroke-width="3"
                  stroke-dasharray={isDashed ? '4 3' : undefined}
                />
              </svg>
              <span class="series-name" title={name}>
                {name === '' ? 'all' : name}
              </span>
              <span class="number">{format(plot.valueOf(index))}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
