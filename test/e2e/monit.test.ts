/** Queries of the configuration in `pm2 monit`, under a real PM2 7. */
import test from 'ava';
import { built } from '../support/built';
import { withPm2 } from '../support/pm2';
import { until } from '../support/until';
import { startRoutes, valuesAtTheDaemon } from './monit-tests';

test.before(built);

test('rows of queries have fixed names, values that people read, and nothing where nothing was recorded', async (t) => {
  await withPm2(7, async (pm2) => valuesAtTheDaemon(t, pm2, await startRoutes(pm2)));
});

test('a name without room for its values is told once, with a query that can be written in its place', async (t) => {
  const name = 'http.server.request.duration';
  await withPm2(7, async (pm2) => {
    const plain = await startRoutes(pm2, 'plain', [name, 'memory']);
    const lines = (): string[] =>
      pm2
        .logs('plain')
        .split('\n')
        .filter((line) => line.includes('has no room'));
    const line = await until('the line', async () => {
      await plain.ask('flush');
      return lines()[0];
    });
    t.true(line.includes(`for "${name}" {`), line);
    t.false(line.includes('"memory"'));

    const proposed = JSON.parse(/\{ .* \}/.exec(line)?.[0] ?? '') as unknown;
    t.like(proposed, { metric: name, by: ['http.route', 'http.response.status_code'], as: 'p95', name: 'slow' });
    const app = await startRoutes(pm2, 'pasted', [proposed]);
    const row = await until('the row', async () => (await pm2.instance(app.id)).monitor['slow 1']);
    t.deepEqual(row, { ...row, value: 9.55, unit: 's /checkout 200' });
    await app.ask('flush');
    await app.ask('flush');
    t.notRegex(pm2.logs('pasted'), /has no room|is no|mashroomMetrics/);
    await plain.ask('flush');
    t.is(lines().length, 1);
  });
});
