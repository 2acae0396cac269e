/**
 * A dashboard as Grafana's schema has it. Two things are different in JSON: words are texts where the schema has enums, and
 * options may be missing where the schema requires them, since each has a default.
 */
import type * as schema from '@grafana/schema';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as timeseries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** An `any` of the schema stays one. */
type Json<T> = 0 extends 1 & T ? T : T extends string ? `${T}` : T extends object ? { [K in keyof T]: Json<T[K]> } : T;
type WithDefaults<T> = T extends object ? { [K in keyof T]?: WithDefaults<T[K]> } : T;

/** The schema leaves queries to the data source, and has no types of Prometheus's. */
interface Query extends schema.DataQuery {
  datasource: schema.DataSourceRef;
  editorMode: 'code' | 'builder';
  expr: string;
  format?: 'time_series' | 'table' | 'heatmap';
  instant?: boolean;
  legendFormat: string;
  range: boolean;
}

/** The schema of a dashboard leaves the options of panels and of their fields to the plugins. */
interface PanelOf<Type extends string, Options, FieldOptions> extends Omit<
  schema.Panel,
  'type' | 'options' | 'targets' | 'fieldConfig'
> {
  type: Type;
  options: WithDefaults<Options>;
  targets: Query[];
  fieldConfig: Omit<schema.FieldConfigSource, 'defaults'> & {
    defaults: Omit<schema.FieldConfig, 'custom'> & { custom?: WithDefaults<FieldOptions> };
  };
}

type Panel =
  | (Omit<schema.RowPanel, 'panels'> & { panels: never[] })
  | PanelOf<'stat', stat.Options, never>
  | PanelOf<'timeseries', timeseries.Options, timeseries.FieldConfig>
  | PanelOf<'table', schema.TableOptions, schema.TableFieldOptions>;

export type Dashboard = Json<Omit<schema.Dashboard, 'panels'> & { panels: Panel[] }>;
