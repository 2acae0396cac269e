/** The frame of all views: header, connection, shortcuts. */
import { useEffect } from 'preact/hooks';
import { paintSparklines } from '../draw/sparkline';
import { useLive } from '../live/live';
import { useTopics } from '../live/topic';
import { CardinalityView } from './cardinality';
import { Explorer, SEARCH_ID } from '../explorer/explorer';
import { Header } from './header';
import { Login } from './login';
import { useNavigation, type Navigation } from '../live/navigation';
import { OverviewView } from '../overview/overview';

export function App() {
  const live = useLive();
  const navigation = useNavigation();
  useTopics(live.connectionTopic);
  useShortcuts(navigation);
  useEffect(() => live.processesTopic.subscribe(() => paintSparklines(performance.now())), []);
  if (live.connection === 'locked') return <Login onDone={() => live.connect()} />;
  return (
    <>
      <Header />
      {live.connection === 'lost' && (
        <p class="notice bad" role="alert">
          Not connected. {live.message} What is shown is what the server said last; the page tries to reach it again.
        </p>
      )}
      <main id="main" tabIndex={-1}>
        <CurrentView />
      </main>
      <footer class="foot muted">
        <span>pm2-cluster-metrics {live.version}</span>
        <span>
          <kbd>/</kbd> search
        </span>
        <a href="metrics/cluster">sums for Prometheus</a>
        <a href="metrics">all processes for Prometheus</a>
      </footer>
    </>
  );
}

function CurrentView() {
  switch (useNavigation().route.view) {
    case 'overview':
      return <OverviewView />;
    case 'metrics':
      return <Explorer />;
    case 'cardinality':
      return <CardinalityView />;
  }
}

function useShortcuts(navigation: Navigation): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      navigation.go({ view: 'metrics' });
      // At once where the view is there: what is typed next belongs to the search. Otherwise it is there after the next frame.
      if (!focusSearch()) requestAnimationFrame(() => requestAnimationFrame(focusSearch));
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

function focusSearch(): boolean {
  const search = document.getElementById(SEARCH_ID);
  search?.focus();
  return search !== null;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
