/** Links in documents lead somewhere: in the repository, and in each package as far as it brings them. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import test from 'ava';

const root = join(__dirname, '../..');
const { serverDocuments } = require('../../scripts/ensure') as { serverDocuments: readonly string[] };
const { files } = require('../../package.json') as { files: readonly string[] };

const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
const documents = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...docs.map((name) => `docs/${name}`),
];

interface Link {
  /** As it is written. */
  readonly text: string;
  /** From the root. */
  readonly file: string;
  readonly anchor: string | undefined;
}

function withoutCode(document: string): string {
  return readFileSync(join(root, document), 'utf8').replace(/^```[^]*?^```/gm, '');
}

/** Those to files. @param folder where the package has the document */
function linksOf(document: string, folder = dirname(document)): Link[] {
  return Array.from(withoutCode(document).matchAll(/\]\(([^)\s]+)\)/g), ([, text = '']) => text)
    .filter((text) => !/^[a-z]+:/.test(text))
    .map((text) => {
      const [path = '', anchor] = text.split('#');
      return { text, file: path === '' ? document : posix.join(folder, path), anchor };
    });
}

/** As GitHub makes them of headings. */
function anchorsOf(document: string): ReadonlySet<string> {
  const headings = Array.from(withoutCode(document).matchAll(/^#+ (.+)$/gm), ([, heading = '']) => heading);
  const anchor = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
  return new Set(headings.map((heading) => anchor(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'))));
}

function isIn(file: string, paths: readonly string[]): boolean {
  return paths.some((path) => file === path || file.startsWith(`${path}/`));
}

test('links of documents lead to files and headings that exist', (t) => {
  for (const document of documents) {
    for (const { text, file, anchor } of linksOf(document)) {
      t.true(existsSync(join(root, file)), `${document}: ${text}`);
      if (anchor !== undefined) t.true(anchorsOf(file).has(anchor), `${document}: ${text}`);
    }
  }
});

test('documents link only what their package brings', (t) => {
  const packages = [
    {
      documents: documents.map((path) => ({ path, folder: dirname(path) })),
      brings: [...files, 'README.md', 'LICENSE'],
    },
    {
      documents: [
        ...serverDocuments.filter((path) => path.endsWith('.md')).map((path) => ({ path, folder: dirname(path) })),
        { path: 'server/README.md', folder: '.' },
      ],
      brings: [...serverDocuments, 'README.md', 'LICENSE'],
    },
  ];
  for (const { documents: own, brings } of packages) {
    for (const { path, folder } of own) {
      const missing = linksOf(path, folder).filter(({ file }) => !isIn(file, [...brings, 'server/README.md']));
      t.deepEqual(
        missing.map(({ text }) => text),
        [],
        path,
      );
    }
  }
});
