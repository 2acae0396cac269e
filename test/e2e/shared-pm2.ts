/** What groups of tests share: one PM2 that runs the applications of all of them, and those that ask these. */
import type { Asker } from '../support/asker';
import type { Pm2 } from '../support/pm2';

export interface Shared {
  readonly pm2: Pm2;
  readonly asker: Asker;
  /** Replies to it are not counted. */
  readonly bystander: Asker;
}
