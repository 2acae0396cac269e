import test from 'ava';
import { StateLog } from '../src/state-log';

function setUp(): { readonly states: StateLog; readonly log: readonly string[] } {
  const log: string[] = [];
  const note = (level: string) => (message: string) => void log.push(`${level} ${message}`);
  const logger = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  return { states: new StateLog(logger), log };
}

test('each change of state is one line, and being well from the start is none', (t) => {
  const { states, log } = setUp();
  for (const trouble of [undefined, 'a', 'a', 'b', 'b', undefined, undefined, 'a']) states.report('It', trouble);
  t.deepEqual(log, ['warn It: a', 'warn It: b', 'info It works again', 'warn It: a']);
});

test('subjects have their states apart from each other', (t) => {
  const { states, log } = setUp();
  states.report('One', 'a');
  states.report('Other', 'a');
  states.report('One', undefined);
  states.report('Other', 'a');
  t.deepEqual(log, ['warn One: a', 'warn Other: a', 'info One works again']);
});

test('what is to be said once is said once, in its first words', (t) => {
  const { states, log } = setUp();
  for (const message of ['a', 'a', 'b']) states.once('x', message);
  states.once('y', 'a');
  t.deepEqual(log, ['warn a', 'warn a']);
});
