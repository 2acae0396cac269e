/** A reload as it happens: old and new processes side by side, under the totals that do not break. */
import { useLive } from '../live/live';
import { isUp, together, type Process } from '../live/process';
import type { Reload, Replaced } from '../live/reloads';
import { duration, percent } from '../words/numbers';
import type { PastField } from '../../protocol/page';
import { FORMATS, TITLES, oddField } from './fields';
import { Odd } from './odd';

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
        {gone} of {Math.max(places, replaced.length)} old processes are gone, after {took}. New ones answer{' '}
        {percent(shareOfNew(replaced, totals.requests))} of the requests. All together:{' '}
        {SHOWN.map((field) => `${FORMATS[field](totals[field])} ${TITLES[field].short}`).join(', ')}
      </p>
      <div class="table-box" tabIndex={0} role="group" aria-label="Old and new processes">
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

/** `null`: there are none, or it is not known. */
function shareOfNew(replaced: readonly Replaced[], all: number | null): number | null {
  if (all === null || all === 0) return null;
  return replaced.reduce((sum, { next }) => sum + (next?.numbers.requests ?? 0), 0) / all;
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
        {state} {odd !== null && <Odd odd={odd} />}
      </td>
      {SHOWN.map((field) => (
        <td key={field} class={isGone ? 'number gone' : 'number'}>
          <span class={oddField(odd) === field ? 'odd' : ''}>{FORMATS[field](process?.numbers[field])}</span>
        </td>
      ))}
    </>
  );
}
