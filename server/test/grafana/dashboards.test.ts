/** The dashboards have what Grafana needs to import them. */
import test from 'ava';
import { DASHBOARDS, queriesOf, readDashboard, selectorsOf, type Panel } from './dashboards';

const overlap = (a: Panel['gridPos'], b: Panel['gridPos']): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
const DATA_SOURCE = { type: 'prometheus', uid: '${DS_PROMETHEUS}' };

for (const name of DASHBOARDS) {
  const dashboard = readDashboard(name);
  const { panels, templating, __inputs: inputs } = dashboard;
  const text = JSON.stringify(dashboard);

  test(`${name} asks for its data source when it is imported`, (t) => {
    t.is(dashboard.uid, name);
    t.deepEqual(
      inputs.map((input) => [input.name, input.type, input.pluginId]),
      [['DS_PROMETHEUS', 'datasource', 'prometheus']],
    );
    // A provisioned dashboard asks for no data source: the hidden variable of this name stands for Prometheus.
    t.is(templating.list[0]?.name, 'DS_PROMETHEUS');
    const sources = [...panels.filter(({ type }) => type !== 'row'), ...panels.flatMap(({ targets = [] }) => targets)];
    for (const one of sources) t.deepEqual((one as { datasource?: unknown }).datasource, DATA_SOURCE);
  });

  test(`${name} has panels with ids, units and places of their own, within 24 columns`, (t) => {
    t.is(new Set(panels.map(({ id }) => id)).size, panels.length);
    t.is(new Set(panels.map(({ title, type }) => `${type} ${title}`)).size, panels.length);
    for (const [i, panel] of panels.entries()) {
      const { x, w, h } = panel.gridPos;
      t.true(x >= 0 && w > 0 && h > 0 && x + w <= 24, panel.title);
      t.false(
        panels.slice(i + 1).some((other) => overlap(panel.gridPos, other.gridPos)),
        panel.title,
      );
      if (panel.type === 'row') continue;
      t.regex(panel.type, /^(stat|timeseries|table)$/);
      t.truthy(panel.fieldConfig?.defaults.unit, panel.title);
      const letters = (panel.targets ?? []).map(({ refId }) => refId);
      t.true(letters.length > 0 && new Set(letters).size === letters.length, panel.title);
    }
  });

  test(`${name} uses the variables that it has, in every query`, (t) => {
    const known = [
      ...templating.list.map((variable) => variable.name),
      '__rate_interval',
      '__range',
      '__data',
      '__all',
      '__url_time_range',
    ];
    const used = new Set(Array.from(text.matchAll(/\$\{?(\w+)/g), ([, variable]) => variable as string));
    t.deepEqual(
      [...used].filter((one) => !known.includes(one)),
      [],
    );
    for (const { name: variable } of templating.list) t.true(used.has(variable), variable);
    for (const { name: query, expr } of queriesOf(name)) {
      t.true(selectorsOf(expr).length > 0, query);
      for (const selector of selectorsOf(expr)) t.regex(selector, /instance=~"\$host"/, query);
      // A fixed range shows nothing where the scrapes are further apart.
      t.notRegex(expr, /\[\d/, query);
    }
  });
}
