/**
 * A MeterProvider whose metrics the preload does not export, since there are too many, keeps nothing for it. Its reader was
 * told that it takes part, so the SDK kept what was recorded for a collection that never came.
 */
import test from 'ava';
import { functionSource } from '../../src/collect/sources/source';
import { FoundSources } from '../../src/register/found-sources';

test('a reader above the limit of sources is told that it takes no part', (t) => {
  const lines: string[] = [];
  const note = (line: string): void => void lines.push(line);
  const logger = { debug: note, info: note, warn: note, error: note };
  const found = new FoundSources({ options: undefined, secondReader: false, serviceName: undefined }, logger);
  const add = (): boolean =>
    found.addReader(
      functionSource(() => undefined),
      'an SDK',
    ).active;
  const taken = Array.from({ length: 102 }, add);
  t.deepEqual(taken.indexOf(false), 100);
  t.is(lines.length, 1);
});
