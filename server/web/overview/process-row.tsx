/** The rows of the table of processes. */
import type { Mark, PastField } from '../../protocol/page';
import { Sparkline } from '../draw/sparkline';
import { hourOfApp, hourOfRun } from '../live/hours';
import { useLive } from '../live/live';
import { FIELDS, isUp, together, type Numbers, type Process } from '../live/process';
import { duration } from '../words/numbers';
import { FORMATS, TITLES, oddField } from './fields';
import { Odd } from './odd';

interface CellsProps {
  readonly numbers: Numbers;
  readonly hour: string;
  readonly height: number;
  readonly isOwn: (mark: Mark) => boolean;
  readonly odd?: PastField | undefined;
}

function NumberCells({ numbers, hour, height, isOwn, odd }: CellsProps) {
  const live = useLive();
  return (
    <>
      {FIELDS.map((field) => {
        const isBad = field === 'errors' && (numbers.errors ?? 0) > 0;
        const isNone = field === 'errors' && numbers.errors === 0;
        return (
          <td key={field} role="cell" class={field} data-label={TITLES[field].short}>
            <span class="cell">
              <Sparkline
                width={56}
                height={height}
                hour={() => live.hours.get(hour, field)}
                isOwn={isOwn}
                isBad={isBad}
              />
              <span class={`number${isBad ? ' bad' : isNone ? ' muted' : ''}${odd === field ? ' odd' : ''}`}>
                {FORMATS[field](numbers[field])}
              </span>
            </span>
          </td>
        );
      })}
    </>
  );
}

export function AppRow({ app, processes }: { readonly app: string; readonly processes: readonly Process[] }) {
  const up = processes.filter(isUp);
  return (
    <tr role="row" class="app">
      <th role="rowheader" scope="rowgroup" class="name">
        <span class="app-name">{app}</span>{' '}
        <span class="muted">
          {up.length === processes.length ? `${up.length} up` : `${up.length} of ${processes.length} up`}
        </span>
      </th>
      <td role="cell" class="restarts" data-label="restarts">
        <span class="number">{processes.reduce((sum, { restarts }) => sum + restarts, 0)}</span>
      </td>
      <NumberCells numbers={together(up)} hour={hourOfApp(app)} height={26} isOwn={(mark) => mark[2] === app} />
    </tr>
  );
}

export function ProcessRow({ process }: { readonly process: Process }) {
  const live = useLive();
  const { run, pmId, app, restarts, startedAt, odd, why } = process;
  const state = process.blockedSince === null ? process.status : 'blocked';
  return (
    <tr role="row" class={isUp(process) ? 'process' : 'process down'}>
      <th role="rowheader" scope="row" class="name">
        <a class="id" href={`metrics/${pmId}`} title="Its metrics as text">
          {pmId}
        </a>{' '}
        <span class={`state ${stateClass(state)}`}>{state}</span>{' '}
        {isUp(process) && startedAt !== null && (
          <span class="muted age" title="Since its start">
            {duration(live.now() - startedAt)}
          </span>
        )}{' '}
        {odd !== null && <Odd odd={odd} />}{' '}
        {why !== null && (
          <span class="why muted" title={why}>
            {why}
          </span>
        )}
      </th>
      <td role="cell" class="restarts" data-label="restarts">
        <span class="number">{restarts}</span>
      </td>
      <NumberCells
        numbers={process.numbers}
        hour={hourOfRun(run)}
        height={16}
        isOwn={(mark) => mark[2] === app && mark[3] === pmId}
        odd={oddField(odd)}
      />
    </tr>
  );
}

/** The class for a status. The status itself is PM2's text, and may be anything. */
function stateClass(state: string): string {
  switch (state) {
    case 'online':
      return 'good';
    case 'leaving':
    case 'launching':
    case 'stopping':
    case 'stopped':
      return 'calm';
    case 'blocked':
    case 'unanswered':
      return 'warn';
    default:
      return 'bad';
  }
}
