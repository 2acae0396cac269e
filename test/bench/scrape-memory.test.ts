/** The script by which the memory of the metrics server is looked at, and what slow readers cost others. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { PROJECT } from '../support/built';

test('the script prints the memory, and how much longer a scrape takes beside clients that do not read', async (t) => {
  const script = join(PROJECT, 'bench/scrape-memory.js');
  const options = ['--scrapes', '2', '--rows', '1', '--series', '1000', '--stopped', '2'];
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...options]);
  t.regex(stdout, /^ +stopped +\d+$/m);
  t.regex(
    stdout,
    /^Beside 2 clients that have stopped reading, a scrape takes \S+ times \(\S+ to \S+\) as long as alone\.$/m,
  );
  t.regex(stdout, /^One exposition has \d+ MiB as it is sent\.$/m);
});
