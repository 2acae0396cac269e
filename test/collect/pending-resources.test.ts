/** Resources of OpenTelemetry's SDK whose attributes are still being detected, in collections that are not our reader's. */
import test from 'ava';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ResourceMetrics } from '../../core/otel';
import { combine, counted, hurry } from './collecting';
import { startCollector } from './running-collector';

/** What a user's own function may return while detectors are at work. */
function detecting(value: Promise<string>): () => ResourceMetrics {
  const resource = resourceFromAttributes({ 'service.name': 'shop', 'host.id': value });
  return () => ({ ...counted('visits', 1), resource });
}

const soon = (): Promise<string> => new Promise((resolve) => setTimeout(() => resolve('7'), 20));

test.serial('the first snapshot of a single source has the attributes', async (t) => {
  const { snapshots, more, log } = startCollector(t, { collect: detecting(soon()) });
  await more(1);
  t.deepEqual(JSON.parse(snapshots[0]?.resource ?? ''), { 'service.name': 'shop', 'host.id': '7' });
  t.deepEqual(log, []);
});

test.serial('the first collection of several sources has the attributes', async (t) => {
  const { collect, log } = combine(detecting(soon()), () =>
    counted('other', 1, { 'host.id': '8', 'os.type': 'linux' }),
  );
  const { resource } = await collect();
  t.deepEqual(resource.attributes, { 'service.name': 'shop', 'host.id': '7', 'os.type': 'linux' });
  t.deepEqual(log, []);
});

test.serial('a detector that hangs is waited for once', async (t) => {
  const timers = hurry(t);
  const { more, snapshots } = startCollector(t, { collect: detecting(new Promise(() => undefined)) });
  await more(3);
  t.is(timers(), 1);
  t.deepEqual(JSON.parse(snapshots[2]?.resource ?? ''), { 'service.name': 'shop' });
});
