/** Which view is shown, and the ways to another one. The page's address is the only place that keeps this. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { OpenCharts } from './open-charts';
import { Topic, useTopics } from './topic';
import type { ChartSpec } from '../words/chart-spec';
import { formatRoute, parseRoute, type Route } from '../words/route';

export class Navigation {
  readonly topic = new Topic();
  readonly #charts: OpenCharts;
  route: Route = parseRoute(location.hash);

  constructor(charts: OpenCharts) {
    this.#charts = charts;
    charts.set(this.route.charts);
    addEventListener('hashchange', () => this.#take(parseRoute(location.hash)));
  }

  /** Another view is a new entry in the browser's history; a change within a view replaces the entry. */
  go(change: Partial<Route>): void {
    const route = { ...this.route, ...change };
    const hash = formatRoute(route);
    if (route.view === this.route.view) history.replaceState(null, '', hash);
    else history.pushState(null, '', hash);
    this.#take(route);
  }

  open(spec: ChartSpec): void {
    this.go({ charts: [...this.route.charts, spec] });
  }

  change(index: number, spec: ChartSpec): void {
    this.go({ charts: this.route.charts.with(index, spec) });
  }

  close(index: number): void {
    this.go({ charts: this.route.charts.toSpliced(index, 1) });
  }

  #take(route: Route): void {
    this.route = route;
    this.#charts.set(route.charts);
    this.topic.changed();
  }
}

const NavigationContext = createContext<Navigation | undefined>(undefined);
export const NavigationProvider = NavigationContext.Provider;

/** The component is rendered again when the route changes. */
export function useNavigation(): Navigation {
  const navigation = useContext(NavigationContext);
  if (navigation === undefined) throw new Error('There is no NavigationProvider above this component.');
  useTopics(navigation.topic);
  return navigation;
}
