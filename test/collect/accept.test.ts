/** What a source hears of its collections: which are used, and that there will be no more. */
import test from 'ava';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import { StateLog } from '../../core/state-log';
import { Collector } from '../../src/collect/collector';
import type { MetricsSource } from '../../src/collect/sources/source';
import { until } from '../support/until';
import { metrics } from './running-collector';

test('a source hears of each collection that is used, once of the end, and may throw at both', async (t) => {
  for (const fails of [false, true]) {
    const heard: string[] = [];
    const log: string[] = [];
    const note = (line: string): void => void log.push(line);
    const hear = (what: string): void => {
      heard.push(what);
      if (fails) throw new Error('a defect');
    };
    let collections = 0;
    const source: MetricsSource = {
      provider: () => source,
      collect: () => metrics(++collections),
      accept: () => hear('accept'),
      release: () => hear('release'),
    };
    let snapshots = 0;
    const logger = { debug: note, info: note, warn: note, error: note };
    const limits = { intervalMs: 10, maxCollectLoad: Infinity, maxSeries: 10 };
    const encoder = new SnapshotEncoder(limits);
    const states = new StateLog(logger);
    const collector = new Collector({ ...limits, source, encoder, logger, states, onSnapshot: () => snapshots++ });
    collector.start();
    await until('three snapshots', () => (snapshots >= 3 ? true : undefined));
    collector.stop();
    collector.stop();
    t.deepEqual(heard, [...Array.from({ length: collections }, () => 'accept'), 'release']);
    t.is(log.length, fails ? 2 : 0);
  }
});
