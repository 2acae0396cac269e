/** What follows from the table of options. */
import test from 'ava';
import { parse } from 'valibot';
import { NAMES, TABLE, envOf, flagOf } from '../../src/options/table';

test('every default is a valid value', (t) => {
  for (const name of NAMES) {
    const { kind, fallback } = TABLE[name];
    const value = fallback({});
    if (value === undefined || name === 'gauges') continue;
    t.deepEqual(parse(kind.json('/'), value), value as never, name);
  }
});

test('names of flags and variables follow from the name of the option', (t) => {
  t.is(flagOf('maxPayloadMb'), '--max-payload-mb');
  t.is(envOf('maxPayloadMb'), 'PM2_METRICS_MAX_PAYLOAD_MB');
  t.is(new Set(NAMES.map(envOf)).size, NAMES.length);
});
