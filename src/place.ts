/** What the log says of a process whose metrics cannot be exported: what it is, and what to do. */
import type { Pm2Finding } from '../core/pm2/environment';

const NOT_EXPORTED = 'so its metrics are not exported';

/** @returns one line */
export function describePlace(found: Exclude<Pm2Finding, { kind: 'pm2' }>): string {
  switch (found.kind) {
    case 'none':
      return `PM2 has not started this process (there is no pm_id), ${NOT_EXPORTED}. Start it with pm2 start`;
    case 'thread':
      return (
        'The exporter was started in a worker thread, which the messages of PM2 do not reach, so no metrics are ' +
        'exported. Start it in the main thread'
      );
    case 'no-channel':
      return (
        'PM2 runs another process, such as npm or a shell, which has started this one (there is a pm_id, but no channel ' +
        `to PM2), ${NOT_EXPORTED}. Let PM2 run the script itself, as with pm2 start server.js in place of ` +
        'pm2 start npm -- start'
      );
    case 'child':
      return found.isClusterWorker
        ? 'An app that PM2 runs has started this process as a worker of its own cluster, and PM2 knows only the app, ' +
            `${NOT_EXPORTED}. Let PM2 start the workers: exec_mode "cluster" and instances in place of cluster.fork()`
        : 'An app that PM2 runs has started this process (its parent, process ' +
            `${process.ppid}, is not PM2's daemon), ${NOT_EXPORTED}. Start the exporter in the process that PM2 runs, or ` +
            'let PM2 start this one as an app';
  }
}
