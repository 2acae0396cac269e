/** Module settings with a real PM2. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'ava';
import { createPm2Home } from '../../../scripts/lib/pm2-home';
import { readOptions } from '../../src/options/read-options';
import { until } from '../../../test/support/until';

test('pm2 set reaches the options of the process of that name', async (t) => {
  const pm2 = await createPm2Home();
  t.teardown(() => pm2.close());
  const name = '@scope/metrics';
  const said = join(pm2.folder, 'said.json');
  const ecosystem = join(pm2.folder, 'ecosystem.json');
  const script = resolve(__dirname, '../fixtures/settings.js');
  writeFileSync(ecosystem, JSON.stringify({ apps: [{ name, script, env: { SETTINGS_FILE: said } }] }));
  await pm2.command('start', ecosystem);
  await pm2.command('set', `${name}:apps`, 'shop*,{a,b}');
  await pm2.command('set', `${name}:timeout`, '2.5');
  const options = await until('last setting', () => {
    const env = JSON.parse(readFileSync(said, 'utf8')) as NodeJS.ProcessEnv;
    const result = readOptions({ env, folder: '/' });
    if (!result.ok) throw new Error(result.problems.join('\n'));
    return result.options.timeout === 2.5 ? result.options : undefined;
  });
  t.deepEqual(options.apps, ['shop*', '{a,b}']);
});
