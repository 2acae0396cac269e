/** The programs of docs/sources.md are those of examples/, which a test runs; its versions are those of the lock file. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'ava';
import { NAMES } from '../e2e/examples/apps';

const root = resolve(__dirname, '../..');
const docs = readFileSync(join(root, 'docs/sources.md'), 'utf8');

interface Block {
  /** The text of the comment before it: a file, or `fragment`. */
  readonly from: string | undefined;
  readonly code: string;
}

const blocks = Array.from(
  docs.matchAll(/(?:<!-- (\S+) -->\n\n)?```(?:js|ts)\n([^]*?)```/g),
  ([, from, code = '']): Block => ({ from, code }),
);

/** Without the sentence of intent, which the document says in its own words. */
function program(file: string): string {
  const text = readFileSync(join(root, file), 'utf8');
  return text.replace(/^('use strict';\s+)?\/\*\*[^]*?\*\/\s+/, '');
}

test('each program is the file of examples/ that it names', (t) => {
  for (const { from, code } of blocks) {
    t.truthy(from, `a comment before\n${code}`);
    if (from !== undefined && from !== 'fragment') t.is(code, program(from), from);
  }
  t.is(blocks.filter(({ from }) => from === 'fragment').length, 1);
});

test('each example has its program in it', (t) => {
  const shown = blocks.map(({ from }) => from?.split('/')[1]);
  for (const name of NAMES) t.true(shown.includes(name), name);
});

test('the versions are those that the command prints', (t) => {
  const cells = (text: string): string[][] =>
    text
      .split('\n')
      .filter((line) => line.startsWith('|') && !line.includes('---'))
      .map((line) => line.split('|').map((cell) => cell.trim()));
  const [, table = ''] = /<!-- compatibility -->([^]*?)<!-- \/compatibility -->/.exec(docs) ?? [];
  const printed = execFileSync(process.execPath, ['scripts/compatibility.js'], { cwd: root, encoding: 'utf8' });
  t.deepEqual(cells(table), cells(printed), `npm run compatibility prints\n${printed}`);
  t.true(cells(table).length > 10);
});

test('anchors and files that it links are there', (t) => {
  const links = Array.from(docs.matchAll(/\]\(([^)#]*)(?:#([^)]*))?\)/g), ([, file = '', anchor]) => ({
    file,
    anchor,
  }));
  t.true(links.length > 10);
  for (const { file, anchor } of links) {
    const text = readFileSync(join(root, 'docs', file || 'sources.md'), 'utf8');
    if (anchor !== undefined) t.true(anchorsOf(text).includes(anchor), `${file}#${anchor}`);
  }
});

function anchorsOf(text: string): string[] {
  return Array.from(text.matchAll(/^#+ (.*)$/gm), ([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}
