/** Control characters in the names of unknown options went to the terminal, in as many lines as there were options. */
import test from 'ava';
import { line } from '../options/given-options';

test('what is wrong is escaped for the terminal, cut, and does not fill it', (t) => {
  const odd = '\u001b[2J\u009b1m\u202e\n';
  const env = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`PM2_METRICS_${odd}${i}`, 'x']));
  const read = line([`--${odd}`, `--${'x'.repeat(100_000)}`, '--port', odd], env);
  t.is(read.kind, 'exit');
  if (read.kind !== 'exit') return;
  t.notRegex(read.stderr, /[^\P{Cc}\n]|\u202e/u);
  t.true(read.stderr.includes('\\u001b[2J\\u009b1m'));
  t.true(read.stderr.split('\n').length < 40);
  t.true(read.stderr.length < 10_000);
});
