/** The script that prints the memory of the metrics server, and what slow readers cost others. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { PROJECT } from '../support/built';

const SCRIPT = join(PROJECT, 'bench/scrape-memory.js');

test('the script prints the memory, and how much longer a scrape takes beside clients that do not read', async (t) => {
  const options = ['--scrapes', '2', '--rows', '1', '--series', '1000', '--stopped', '2'];
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, ...options]);
  t.regex(stdout, /^ +stopped +\d+$/m);
  t.regex(
    stdout,
    /^Beside 2 clients that have stopped reading, a scrape takes \S+ times \(\S+ to \S+\) as long as alone\.$/m,
  );
  t.regex(stdout, /^One exposition has \d+ MiB as it is sent\.$/m);
});

test('the memory does not follow the number of scrapes, though each has new numbers', async (t) => {
  const options = ['--scrapes', '90', '--rows', '3', '--series', '200000'];
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, ...options]);
  const rows = [...stdout.matchAll(/^ +\d+ +\d+ +(\d+)$/gm)].map(([, mib]) => Number(mib));
  // The numbers of one scrape take 3 MiB: when those of 60 scrapes were kept, they took 190.
  t.true(rows.at(-1)! - rows[1]! < 100, stdout);
});
