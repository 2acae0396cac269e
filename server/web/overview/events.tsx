/** The marks of the last hour as a list, in words. */
import { useState } from 'preact/hooks';
import type { Mark } from '../../protocol/page';
import { useLive } from '../live/live';
import { useTopics } from '../live/topic';
import { timeOfDay } from '../words/numbers';

const FEW = 8;

export function Events() {
  const live = useLive();
  useTopics(live.marksTopic);
  const [all, setAll] = useState(false);
  const marks = live.marks.toReversed();
  if (marks.length === 0) return null;
  return (
    <section class="events" aria-label="Events">
      <h2>Events of the last hour</h2>
      <ol>
        {(all ? marks : marks.slice(0, FEW)).map((mark, index) => (
          <Event key={`${mark[0]} ${index}`} mark={mark} />
        ))}
      </ol>
      {marks.length > FEW && (
        <button type="button" class="quiet" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${marks.length}`}
        </button>
      )}
    </section>
  );
}

function Event({ mark: [time, kind, app, pmId, text] }: { readonly mark: Mark }) {
  return (
    <li>
      <time dateTime={new Date(time).toISOString()}>{timeOfDay(time)}</time>
      <span class={`kind ${kind === 'exit' ? 'bad' : kind === 'blocked' ? 'warn' : 'muted'}`}>{kind}</span>
      <span>
        <span class="app-name">{app}</span> {pmId} <span class="muted">{text}</span>
      </span>
    </li>
  );
}
