/** With PM2's lists by hand. With a real `pm2-runtime` in e2e/pm2-runtime.test.ts. */
import test from 'ava';
import { exitWhenAlone } from '../../src/pm2/exit-when-alone';
import { until } from '../../../test/support/until';

const SELF = 5;

function process(pm_id: number, status: string, isModule = false): object {
  return { pm_id, name: 'app', pid: 1, pm2_env: { status, pm_uptime: 1, pmx_module: isModule } };
}

/** @param lists what PM2 lists, look by look; the last one again and again. `undefined`: the daemon does not answer */
async function looksUntilStop(lists: readonly (readonly object[] | undefined)[]): Promise<number> {
  let looks = 0;
  let stopped = false;
  const stop = exitWhenAlone({
    daemon: {
      call(method, argument) {
        if (method === 'stopProcessId') stopped = (argument as { id: number }).id === SELF;
        else looks++;
        const list = lists[Math.min(looks, lists.length) - 1];
        return list === undefined ? Promise.reject(new Error('no answer')) : Promise.resolve(list);
      },
    },
    self: SELF,
    log: { info: () => undefined },
    intervalMs: 1,
  });
  await until('the stop', () => stopped || undefined);
  stop();
  return looks;
}

const own = process(SELF, 'online');
const online = [own, process(1, 'online')];
const alone = [own, process(1, 'errored'), process(2, 'stopped'), process(3, 'online', true)];

test('it ends after three looks without another app that runs, is starting or is restarted', async (t) => {
  t.is(await looksUntilStop([online, alone]), 4);
  for (const status of ['launching', 'stopping', 'waiting restart', 'one-launch-status', 'online']) {
    t.is(await looksUntilStop([online, alone, alone, [own, process(1, status)], alone]), 7, status);
  }
});

test('at the start it waits longer for others, and looks without an answer do not count', async (t) => {
  t.is(await looksUntilStop([[own]]), 15);
  t.is(await looksUntilStop([[own], alone]), 4);
  t.is(await looksUntilStop([online, undefined, undefined, undefined, undefined, alone]), 8);
});
