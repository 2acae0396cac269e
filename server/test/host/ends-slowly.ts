/** A process of PM2 that takes a while to end, with the @pm2/io that PM2 loads into it. */
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { onEnd, sendReady } from '../../src/pm2/ends';

// Its timers call process.exit() once the channel has gone.
(createRequire(__filename)('@pm2/io') as { init(config: object): void }).init({});
const file = process.argv[2] as string;
let ends = 0;
const exit = onEnd(() => {
  if (ends++ > 0) return;
  setTimeout(() => {
    appendFileSync(file, 'ended');
    exit(0);
  }, 1500);
});
sendReady();
