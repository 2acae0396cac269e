/** Waits until this process is the only one of the metrics server that keeps the sums and listens. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { pm2Home } from '../../../core/pm2/daemon-address';
import { messageOf } from '../../../core/values';
import type { ServerOptions } from '../options/options';
import { becomeOwner } from '../ownership';
import { sendReady } from './ends';

/** Resolves when it is this process's turn, also if that cannot be known. */
export async function waitForTurn({ stateFile }: Pick<ServerOptions, 'stateFile'>, log: Logger): Promise<void> {
  const path = stateFile !== undefined && mayStandBeside(stateFile) ? stateFile : inHome();
  try {
    await becomeOwner({
      path,
      onWait: (owner) => {
        const who = `Another process of the metrics server${owner === undefined ? '' : ` (pid ${owner.pid})`}`;
        const remedy = 'To have both listen, give each a --state-file and a --port of its own';
        log.info(
          `${who} keeps the sums and listens. This one waits, and takes over when that one has ended. ${remedy}`,
        );
        sendReady();
      },
    });
  } catch (error) {
    const effect = 'Other processes of the metrics server are not noticed: there must be none with this state file';
    log.warn(`No lock can be made: ${messageOf(error)}. ${effect}`);
  }
}

/** No lock is written beside something other than a regular file, such as a device. */
function mayStandBeside(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isFile() ?? true;
  } catch {
    return false;
  }
}

function inHome(): string {
  return join(pm2Home(process.env), `pm2-metrics-${encodeURIComponent(process.env['name'] ?? '')}`);
}
