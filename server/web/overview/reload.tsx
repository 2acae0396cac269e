/** A reload as it happens: old and new processes side by side, under the totals that do not break. */
import { useLive } from '../live/live';
import { isUp, together, type Process } from '../live/process';
import type { Reload, Replaced } from '../live/reloads';
import { duration } from '../words/numbers';
import type { PastField } from '../../protocol/page';
import { FORMATS, TITLES, oddField, oddSentence } from './fields';

const SHOWN: readonly PastField[] = ['requests', 'errors', 'p95', 'memory'];

export function ReloadPanel({ reload }: { readonly reload: Reload }) {
  const live = useLive();
  const { app, replaced, since, doneAt } = reload;
  const own = (live.processes ?? []).filter((process) => process.app === app && isUp(process));
  const places = own.filter(({ status }) => status !== 'leaving').length;
  const gone = replaced.filter(({ isLeaving }) => !isLeaving).length;
  const totals = together(own);
  const took = duration((doneAt ?? live.now()) - since);
  return (
    <section class="panel reload" aria-label={`Reload of ${app}`}>
      <h2>
        {doneAt === null ? 'Reload of ' : 'Reloaded: '}
        <span class="app-name">{app}</span>
      </h2>
      <p class="muted">
        {gone} of {Math.max(places, replaced.length)} old processes are gone, after {took}. Now together:{' '}
        {SHOWN.map((field) => `${FORMATS[field](totals[field])} ${TITLES[field].short}`).join(', ')}
      </p>
      <div class="table-box">
        <table class="pairs">
          <caption class="hidden">Old and new processes of {app}</caption>
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                pm_id
              </th>
              <th scope="colgroup" colSpan={SHOWN.length + 1}>
                old
              </th>
              <th scope="colgroup" colSpan={SHOWN.length + 1}>
                new
              </th>
            </tr>
            <tr>
              <Heads />
              <Heads />
            </tr>
          </thead>
          <tbody>
            {replaced.map((one) => (
              <Pair key={one.old.run} {...one} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Heads() {
  return (
    <>
      <th scope="col" class="first">
        state
      </th>
      {SHOWN.map((field) => (
        <th key={field} scope="col">
          {TITLES[field].short}
        </th>
      ))}
    </>
  );
}

function Pair({ pmId, old, isLeaving, next }: Replaced) {
  return (
    <tr>
      <th scope="row">{pmId}</th>
      <Side process={old} state={isLeaving ? 'leaving' : 'gone'} isGone={!isLeaving} />
      <Side process={next} state={next?.status ?? 'not started'} isGone={false} />
    </tr>
  );
}

interface SideProps {
  readonly process: Process | undefined;
  readonly state: string;
  readonly isGone: boolean;
}

function Side({ process, state, isGone }: SideProps) {
  const odd = process?.odd ?? null;
  return (
    <>
      <td class={isGone ? 'first gone' : 'first'}>
        {state}
        {odd !== null && <span class="badge warn">{oddSentence(odd)}</span>}
      </td>
      {SHOWN.map((field) => (
        <td key={field} class={`number${isGone ? ' gone' : ''}${oddField(odd) === field ? ' odd' : ''}`}>
          {FORMATS[field](process?.numbers[field])}
        </td>
      ))}
    </>
  );
}
