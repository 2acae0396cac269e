/** The dashboards for Grafana, and their queries. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const FOLDER = resolve(__dirname, '../../../grafana');
export const DASHBOARDS = ['pm2-cluster', 'pm2-process'] as const;
export type DashboardName = (typeof DASHBOARDS)[number];

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly datasource: unknown;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
}

export interface Dashboard {
  readonly __inputs: readonly { readonly name: string; readonly type: string; readonly pluginId: string }[];
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
}

export function readDashboard(name: DashboardName): Dashboard {
  return JSON.parse(readFileSync(resolve(FOLDER, `${name}.json`), 'utf8')) as Dashboard;
}

export interface NamedQuery {
  /** Dashboard, panel and letter. */
  readonly name: string;
  readonly expr: string;
}

export function queriesOf(name: DashboardName): NamedQuery[] {
  const { panels } = readDashboard(name);
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ refId, expr }) => ({ name: `${name}: ${title} ${refId}`, expr })),
  );
}

/** As Grafana does it. */
export function substitute(expr: string, values: Readonly<Record<string, string>>): string {
  return expr.replace(/\$(\w+)/g, (whole, name: string) => values[name] ?? whole);
}

/** All that a query takes of the database: an arm of an `or` may have nothing while the query has something. */
export function selectorsOf(expr: string): string[] {
  return expr.match(/[a-zA-Z_:][\w:]*\{[^}]*\}/g) ?? [];
}
