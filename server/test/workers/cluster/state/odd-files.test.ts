/** What stands in the place of a state file and is none, is named and left alone. Pipes and devices: `test/regression/`. */
import { chownSync, existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { loadStates, saveStates } from '../../../../workers/cluster';
import { refusalOf, temporaryFolder } from './state-files';

const MAKERS: Readonly<
  Record<string, readonly [refused: RegExp, make: (path: string, t: ExecutionContext) => unknown]>
> = {
  'a folder': [/no regular file/, (path) => mkdirSync(path)],
  'a socket': [
    /ENXIO/,
    async (path, t) => {
      const server = createServer();
      t.teardown(() => server.close());
      await new Promise<void>((resolve) => server.listen(path, resolve));
    },
  ],
  'a file that is too large': [
    /has \d+ bytes, allowed are \d+/,
    (path) => {
      saveStates({ path, apps: [] });
      truncateSync(path, 2 ** 40);
    },
  ],
  'a file with other content': [
    /no file of the cluster sums/,
    (path) => writeFileSync(path, 'root:x:0:0\n'.repeat(99)),
  ],
  'a link to itself': [/ELOOP/, (path) => symlinkSync(path, path)],
  'a file below a file': [/ENOTDIR/, (path) => path],
};

for (const [what, [refused, make]] of Object.entries(MAKERS)) {
  test(`${what} is refused`, async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'file'), '');
    const path = join(folder, what === 'a file below a file' ? 'file/state' : 'state');
    await make(path, t);
    t.regex(refusalOf(t, path), refused);
  });
}

const isRoot = process.geteuid?.() === 0;
if (!isRoot) console.log('A file of another user: not tried, since only root can give a file away');
(isRoot ? test : test.skip)('a file of another user is refused', (t) => {
  const path = join(temporaryFolder(t), 'state');
  saveStates({ path, apps: [] });
  chownSync(path, 12_345, 12_345);
  t.regex(loadStates({ path }).refused ?? '', /^it belongs to another user \(uid 12345, this process has uid 0\)$/);
});

test('an empty file, and the beginning of one, are as good as none', (t) => {
  const path = join(temporaryFolder(t), 'state');
  saveStates({ path, apps: [] });
  const bytes = readFileSync(path);
  for (let size = 0; size < bytes.length; size++) {
    writeFileSync(path, bytes.subarray(0, size));
    t.like(loadStates({ path }), { states: [], end: undefined, problems: [], refused: undefined, keepAside: false });
  }
});

test('no file is no problem, and none is made by reading', (t) => {
  const path = join(temporaryFolder(t), 'deep', 'state');
  t.like(loadStates({ path }), { states: [], end: undefined, problems: [], refused: undefined, keepAside: false });
  t.false(existsSync(path));
});
