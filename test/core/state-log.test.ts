import test from 'ava';
import { StateLog } from '../../core/state-log';

const IT = { name: 'It', consequence: 'so there is none' };
const OTHER = { name: 'The other', consequence: 'so there are two' };

function setUp(): { readonly states: StateLog; readonly log: readonly string[] } {
  const log: string[] = [];
  const note = (level: string) => (message: string) => void log.push(`${level} ${message}`);
  const logger = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  return { states: new StateLog(logger), log };
}

test('each change of state is one line, and a subject that works from the start has none', (t) => {
  const { states, log } = setUp();
  for (const trouble of [undefined, 'a', 'a', 'b', 'b', undefined, undefined, 'a']) states.report(IT, trouble);
  t.deepEqual(log, [
    'warn It does not work, so there is none: a',
    'warn It does not work, so there is none: b',
    'info It works again',
    'warn It does not work, so there is none: a',
  ]);
});

test('subjects have their states apart from each other', (t) => {
  const { states, log } = setUp();
  states.report(IT, 'a');
  states.report(OTHER, 'a');
  states.report(IT, undefined);
  states.report(OTHER, 'a');
  t.deepEqual(log, [
    'warn It does not work, so there is none: a',
    'warn The other does not work, so there are two: a',
    'info It works again',
  ]);
});

test('a line that is to be written once is written at its first call', (t) => {
  const { states, log } = setUp();
  for (const line of ['a', 'a', 'b']) states.warnOnce('x', line);
  states.warnOnce('y', 'a');
  t.deepEqual(log, ['warn a', 'warn a']);
});

test('a hundred different warnings are written, and then one line that says that there are more', (t) => {
  const { states, log } = setUp();
  for (let i = 1; i <= 102; i++) states.warnOnce(`key ${i}`, `line ${i}`);
  t.is(log.length, 101);
  t.deepEqual(log.slice(-2), [
    'warn line 100',
    'warn There have been 100 different warnings: no further ones are written',
  ]);
});

test('a subject for which there is no room is not left out in silence', (t) => {
  const { states, log } = setUp();
  for (let i = 1; i <= 102; i++) states.report({ name: `Part ${i}`, consequence: 'so it waits' }, 'it is broken');
  t.is(log.length, 101);
  t.regex(log.at(-2)!, /Part 100 does not work/);
  t.regex(log.at(-1)!, /no further ones are written/);
});
