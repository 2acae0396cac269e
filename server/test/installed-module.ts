/** The package in a folder of its own, for `pm2 install` as a module. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from '../../test/support/built';
import { PACKAGES, type Pm2 } from '../../test/support/pm2';

export type Command = (...args: string[]) => Promise<unknown>;

/** Runs commands of PM2 in a working directory. */
export function commandsIn({ home, version }: Pm2, cwd: string, env: NodeJS.ProcessEnv = {}): Command {
  const bin = createRequire(__filename).resolve(`${PACKAGES[version]}/bin/pm2`);
  const options = {
    cwd,
    env: { ...process.env, PM2_HOME: home, PM2_METRICS_PORT: '0', npm_config_prefer_offline: 'true', ...env },
  };
  return (...args) => promisify(execFile)(process.execPath, [bin, ...args], options);
}

/** @returns the folder with what was built */
export function moduleFolder(pm2: Pm2): string {
  const folder = join(pm2.folder, 'module');
  mkdirSync(folder);
  for (const part of ['package.json', 'dist'])
    cpSync(join(PROJECT, 'server', part), join(folder, part), { recursive: true });
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
