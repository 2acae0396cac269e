/** Name, views, connection, light or dark. */
import { CHOICES, theme } from '../draw/theme';
import { useLive } from '../live/live';
import { isUp } from '../live/process';
import { end, hasSession } from '../live/session';
import { useTopics } from '../live/topic';
import { VIEWS, formatRoute } from '../words/route';
import { useNavigation } from '../live/navigation';

const CONNECTIONS = { connecting: 'connecting', live: 'live', lost: 'not connected', locked: 'locked' } as const;

export function Header() {
  const live = useLive();
  const navigation = useNavigation();
  useTopics(live.connectionTopic, live.processesTopic, theme.topic);
  const { route } = navigation;
  const processes = live.processes ?? [];
  const blocked = processes.filter(({ blockedSince }) => blockedSince !== null).length;
  return (
    <header class="bar">
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <h1>PM2 metrics</h1>
      <nav aria-label="Views">
        {VIEWS.map((view) => (
          <a key={view} href={formatRoute({ ...route, view })} aria-current={route.view === view ? 'page' : undefined}>
            {view === 'metrics' && route.charts.length > 0 ? `${view} (${route.charts.length})` : view}
          </a>
        ))}
      </nav>
      <span class="status">
        {live.processes !== undefined && `${processes.filter(isUp).length} of ${processes.length} up`}
        {blocked > 0 && <span class="badge warn">{blocked} blocked</span>}
      </span>
      <span class={`connection ${live.connection}`} role="status">
        {CONNECTIONS[live.connection]}
      </span>
      <label class="theme">
        <span class="hidden">Light or dark</span>
        <select value={theme.choice} onChange={({ currentTarget }) => choose(currentTarget.value)}>
          {CHOICES.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      </label>
      {hasSession() && (
        <button type="button" class="quiet" onClick={() => void end()}>
          Log out
        </button>
      )}
    </header>
  );
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function choose(value: string): void {
  const choice = CHOICES.find((one) => one === value);
  if (choice !== undefined) theme.choose(choice);
}
