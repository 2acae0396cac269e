/** The oldest PM2 that the metrics server works with. */
import test from 'ava';
import { withPm2 } from '../../../../test/support/pm2';
import { answeringApp, answersOf, serverApp, serverOf } from '../pm2-apps';

test('instances of PM2 5 are asked and known as those of later ones', async (t) => {
  await withPm2(5, async (pm2) => {
    await pm2.start(answeringApp('many', {}, 2), answeringApp('plain', { form: 'plain' }), serverApp());
    await pm2.ready('many', 2);
    const server = await serverOf(pm2);
    await server.answered('many', 2);
    const before = await server.answered('plain', 1);
    t.true(before.processes.every(({ startedAt, memoryBytes }) => Number(startedAt) > 0 && memoryBytes > 0));
    await pm2.reload('many');
    await pm2.ready('many', 2);
    const after = await server.answered('many', 2);
    const keys = [before, after].flatMap((result) => answersOf(result, 'many').map(({ run }) => run.key));
    t.is(new Set(keys).size, 4);
  });
});
