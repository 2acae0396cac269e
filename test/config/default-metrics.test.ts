import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { PROCESS_METRICS } from '../../src/config/default-metrics';
import { readConfig } from '../../src/config/read-config';

test('the documentation lists what is shown by default in a process that is no Mashroom server', (t) => {
  const text = readFileSync(join(__dirname, '../../docs/configuration.md'), 'utf8');
  const section = /## What is shown by default\n(.*?)\n## /s.exec(text)?.[1] ?? '';
  t.deepEqual(
    [...section.matchAll(/^- `(.*)`$/gm)].map(([, entry]) => JSON.parse(entry ?? '') as object),
    [...PROCESS_METRICS],
  );
});

test('a missing or invalid selection is the default of the kind of process', (t) => {
  for (const input of [undefined, {}, { mashroomMetrics: 'http.*' }, 5]) {
    t.deepEqual(readConfig(input, PROCESS_METRICS).config.mashroomMetrics, [...PROCESS_METRICS]);
    t.true(
      readConfig(input).config.mashroomMetrics.every(
        (entry) => typeof entry !== 'string' || entry.startsWith('mashroom_'),
      ),
    );
  }
  t.deepEqual(readConfig({ mashroomMetrics: ['a'] }, PROCESS_METRICS).config.mashroomMetrics, ['a']);
});
