/** The cluster at a glance. */
import { useLive } from '../live/live';
import { HOUR_OF_ALL } from '../live/hours';
import { Sparkline } from '../draw/sparkline';
import { isUp, together } from '../live/process';
import { useTopics } from '../live/topic';
import type { PastField } from '../../protocol/page';
import { BlockedPanel } from './blocked';
import { Events } from './events';
import { FORMATS, TITLES } from './fields';
import { ProcessTable } from './process-table';
import { ReloadPanel } from './reload';

const TILES: readonly PastField[] = ['requests', 'errors', 'p95', 'cpu', 'memory'];

export function OverviewView() {
  const live = useLive();
  useTopics(live.processesTopic);
  const { processes, problem } = live;
  if (processes === undefined) return <p class="muted loading">Waiting for the first numbers …</p>;
  return (
    <>
      {problem !== null && (
        <p class="notice" role="status">
          {problem}
        </p>
      )}
      {processes.map(
        (process) => process.blockedSince !== null && <BlockedPanel key={process.run} process={process} />,
      )}
      {live.reloads.all.map((reload) => (
        <ReloadPanel key={reload.app} reload={reload} />
      ))}
      {processes.length > 0 && (
        <>
          <Tiles />
          <ProcessTable processes={processes} />
        </>
      )}
      <Events />
    </>
  );
}

function Tiles() {
  const live = useLive();
  const numbers = together((live.processes ?? []).filter(isUp));
  return (
    <dl class="tiles" aria-label="All processes">
      {TILES.map((field) => (
        <div key={field} class="tile">
          <dt>{TITLES[field].long}</dt>
          <dd>
            <span class={field === 'errors' && (numbers.errors ?? 0) > 0 ? 'bad value' : 'value'}>
              {FORMATS[field](numbers[field])}
            </span>
            <Sparkline
              width={150}
              height={34}
              hour={() => live.hours.get(HOUR_OF_ALL, field)}
              isOwn={() => true}
              isBad={field === 'errors'}
            />
          </dd>
        </div>
      ))}
    </dl>
  );
}
