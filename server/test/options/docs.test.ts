/** The options in docs/metrics-server.md match the code. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'ava';
import { readOptions } from '../../src/options/read-options';
import { NAMES, TABLE, envOf, flagOf } from '../../src/options/table';

const docs = readFileSync(resolve(__dirname, '../../../docs/metrics-server.md'), 'utf8');

test('the documented configuration file is valid', (t) => {
  const [, text = ''] = /```json\n([^]*?)```/.exec(docs) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'pm2-metrics-docs-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'metrics.json'), text);
  const result = readOptions({ env: {}, folder, config: 'metrics.json' });
  t.true(result.ok, JSON.stringify(result));
  t.is(result.ok && result.options.port, 9209);
});

const HEAD = ['Option', 'Flag', 'Environment', 'Expected', 'Default', 'What it is'];

function rows(): string[][] {
  return NAMES.map((name) => {
    const { kind, fallbackText, description } = TABLE[name];
    const flag = kind.secret ? '' : `\`${flagOf(name)}\``;
    return [`\`${name}\``, flag, `\`${envOf(name)}\``, kind.expected, fallbackText, description];
  });
}

test('the documented options are all options', (t) => {
  const [, text = ''] = /<!-- options -->\n([^]*?)<!-- \/options -->/.exec(docs) ?? [];
  const documented = text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    // The second line separates the head.
    .filter((_, index) => index !== 1)
    .map((line) => line.slice(1, -1).split('|'))
    .map((cells) => cells.map((cell) => cell.trim()));
  const expected = [HEAD, ...rows()];
  // If they differ, the message is the table to paste; the formatter aligns it.
  const [head = '', ...others] = expected.map((cells) => `| ${cells.join(' | ')} |`);
  t.deepEqual(documented, expected, [head, `|${' --- |'.repeat(HEAD.length)}`, ...others].join('\n'));
});
