/** A process whose event loop does not turn: since when, its last numbers, and where it is. */
import { useLive } from '../live/live';
import { FIELDS, type Process } from '../live/process';
import { duration, timeOfDay } from '../words/numbers';
import { FORMATS, TITLES } from './fields';

export function BlockedPanel({ process }: { readonly process: Process }) {
  const live = useLive();
  const { app, pmId, blockedSince, stack, numbers } = process;
  const since = blockedSince ?? 0;
  return (
    <section class="panel blocked" aria-label={`${app} ${pmId} is blocked`}>
      <h2>
        <span class="app-name">{app}</span> {pmId}: its event loop has not turned for {duration(live.now() - since)}
      </h2>
      <p class="muted">
        Since {timeOfDay(since)} it has answered no request. Its last numbers:{' '}
        {FIELDS.map((field) => `${FORMATS[field](numbers[field])} ${TITLES[field].short}`).join(', ')}
      </p>
      {stack === null ? (
        <p class="muted">The place in its code is not known: stacks are off, or it is in native code.</p>
      ) : (
        <pre tabIndex={0} aria-label="Its stack">
          {stack.replace(/^ +/gm, '')}
        </pre>
      )}
    </section>
  );
}
