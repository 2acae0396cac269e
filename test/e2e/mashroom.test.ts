/** Mashroom servers that are large, reloaded, or in trouble: all under one PM2. */
import test from 'ava';
import { Asker } from '../support/asker';
import { askerApp } from '../support/mashroom';
import { startPm2, type Instance, type Pm2 } from '../support/pm2';
import { largeApps, largeTests } from './large-tests';
import { reloadApps, reloadTests } from './reload-tests';
import type { Shared } from './shared-pm2';
import { troubleApps, troubleTests } from './trouble-tests';

let pm2: Pm2 | undefined;
let shared: Shared | undefined;

test.before(async () => {
  pm2 = await startPm2(7);
  const apps = await Promise.all([largeApps, reloadApps, troubleApps].map((appsOf) => appsOf(pm2 as Pm2)));
  await pm2.start(...apps.flat(), askerApp(), askerApp('bystander'));
  const askerOf = async (name: string): Promise<Asker> => new Asker((await (pm2 as Pm2).ready(name, 1))[0] as Instance);
  shared = { pm2, asker: await askerOf('asker'), bystander: await askerOf('bystander') };
});

test.afterEach.always((t) => {
  if (!t.passed && pm2) t.log(pm2.logs().slice(-6000));
});

test.after.always(() => pm2?.close());

for (const declare of [largeTests, reloadTests, troubleTests]) declare(test, () => shared as Shared);
