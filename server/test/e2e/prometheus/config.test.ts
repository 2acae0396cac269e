/** The configurations for Prometheus that the documentation shows are complete and valid, with the files that they name. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import test from 'ava';
import { promtool, testWith } from '../../../../test/support/scrapers';
import { selfSigned } from '../../http/certificates';

const checked = testWith('promtool');
const docs = readFileSync(resolve(__dirname, '../../../../docs/metrics-server.md'), 'utf8');
const fences = [...docs.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text]) => text as string);

/** By what they are for. */
const configurations = new Map(
  fences.flatMap((text) => {
    const [, purpose] = /^# prometheus\.yml for (.*)\n/.exec(text) ?? [];
    return purpose === undefined ? [] : [[purpose, text] as const];
  }),
);

test('there is one for one host and one for many', (t) => {
  t.deepEqual([...configurations.keys()], ['one host', 'many hosts']);
});

for (const [purpose, text] of configurations) {
  checked(`promtool takes the configuration for ${purpose}`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'prometheus-config-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'prometheus.yml');
    const moved = text.replace(/\/etc\/prometheus\/\S+/g, (path) => join(folder, basename(path)));
    for (const [, path = '', name = ''] of moved.matchAll(/_file: (\S*\/(\S+))/g)) {
      writeFileSync(path, name.endsWith('.pem') ? selfSigned('pm2').cert : 'token\n');
    }
    writeFileSync(file, moved);
    const { code, output } = promtool(['check', 'config', file]);
    t.is(code, 0, output);
    writeFileSync(file, moved.replace('metrics_path', 'metrics_paths'));
    t.not(promtool(['check', 'config', file]).code, 0, 'it would not, if there were a mistake');
  });
}
