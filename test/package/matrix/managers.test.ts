/** Both packages, installed by every package manager: without a warning, and at work. */
import test from 'ava';
import { hasBootstrap, worksUnderPm2 } from '../installed';
import { install, pack, run, withNpm, type Install, type Packed } from '../packed';

const { fetchManager } = require('../../../scripts/fetch-node') as {
  fetchManager(name: 'pnpm' | 'yarn'): string | undefined;
};

// Without it, yarn 1 leaves a folder with compiled code beside what the tests have to remove.
process.env['DISABLE_V8_COMPILE_CACHE'] = '1';

function manager(name: 'pnpm' | 'yarn', ...args: string[]): Install {
  return (folder, tarballs) => {
    const script = fetchManager(name);
    if (script === undefined) throw new Error(`${name} could not be fetched`);
    return run(folder, process.execPath, script, ...args, ...tarballs);
  };
}

const MANAGERS: Readonly<Record<string, Install>> = {
  npm: withNpm(),
  'npm --engine-strict': withNpm('--engine-strict'),
  'npm --legacy-peer-deps': withNpm('--legacy-peer-deps'),
  'pnpm without auto-installed peers': manager(
    'pnpm',
    ...['add', '--prefer-offline', '--config.auto-install-peers=false', '--config.strict-peer-dependencies=true'],
  ),
  'yarn 1': manager('yarn', 'add', '--prefer-offline', '--no-progress'),
};

let packed: Packed[] = [];

test.before(async () => {
  packed = [await pack(), await pack('server')];
});

test.after.always(() => Promise.all(packed.map(({ remove }) => remove())));

for (const [name, by] of Object.entries(MANAGERS)) {
  test.serial(`${name} installs both packages without a warning, and they work`, async (t) => {
    t.timeout(600_000);
    const { folder, output, remove } = await install(
      packed.map(({ tarball }) => tarball),
      by,
    );
    t.teardown(remove);
    t.notRegex(output, /^\s*(npm )?warn(ing)?\b|deprecated|unmet|unsupported/im);
    await hasBootstrap(t, folder);
    await worksUnderPm2(t, folder);
  });
}
