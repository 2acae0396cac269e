/** The rules for Prometheus: each alert fires and does not fire where rules.yml says, and says what to do. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'ava';
import { promtool, testWith } from '../../../test/support/scrapers';

const RULES = resolve(__dirname, '../../../grafana/pm2-rules.yml');
const CASES = join(__dirname, 'rules.yml');
const checked = testWith('promtool');
const rules = readFileSync(RULES, 'utf8');
const cases = readFileSync(CASES, 'utf8');
const alerts = Array.from(rules.matchAll(/^ *- alert: (\w+)$/gm), ([, name]) => name as string);

/** The text from the line that names the alert to the next entry. */
function entry(name: string): string {
  const [, text = ''] = new RegExp(`- alert: ${name}\n([^]*?)(?=\n *- (?:alert|record|name): |$)`).exec(rules) ?? [];
  return text;
}

test('each alert has a severity, a summary and a runbook', (t) => {
  t.true(alerts.length > 10);
  for (const name of alerts) {
    for (const part of [/severity: (critical|warning) /, /summary: '.+'/, /runbook: >-\n +\S/]) {
      t.regex(entry(name), part, name);
    }
  }
});

test('each alert is tested where it fires and where it does not', (t) => {
  const flat = cases.replace(/\n +(?=alertname|exp_alerts)/g, ' ');
  const tested = Array.from(flat.matchAll(/alertname: (\w+),? exp_alerts:( \[\])?/g), ([, name, none]) =>
    [name, none === undefined ? 'fires' : 'is quiet'].join(' '),
  );
  for (const name of alerts) {
    t.true(tested.includes(`${name} fires`), name);
    t.true(tested.includes(`${name} is quiet`), name);
  }
});

test('each alert is in docs/grafana.md', (t) => {
  const docs = readFileSync(resolve(__dirname, '../../../docs/grafana.md'), 'utf8');
  t.deepEqual(Array.from(docs.matchAll(/^\| `(PM2\w+)`/gm), ([, name]) => name).sort(), [...alerts].sort());
});

checked('promtool takes the rules', (t) => {
  const { code, output } = promtool(['check', 'rules', RULES]);
  t.is(code, 0, output);
});

checked('alerts fire and are quiet as the cases say', (t) => {
  const { code, output } = promtool(['test', 'rules', CASES]);
  t.is(code, 0, output);
});

checked('the cases fail with another threshold', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-rules-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'grafana'));
  writeFileSync(join(folder, 'grafana/pm2-rules.yml'), rules.replace('> 0.2', '> 0.6'));
  writeFileSync(join(folder, 'rules.yml'), cases.replace('../../../grafana', 'grafana'));
  const { code, output } = promtool(['test', 'rules', join(folder, 'rules.yml')]);
  t.not(code, 0);
  t.regex(output, /PM2EventLoopSlow/);
});
