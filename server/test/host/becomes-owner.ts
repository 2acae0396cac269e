/** A process that wants to be the owner, and says what it knows of it. */
import { becomeOwner } from '../../src/ownership';

void becomeOwner({
  path: process.argv[2] as string,
  onWait: () => process.send?.('waits'),
}).then(() => {
  process.send?.('owns');
  setInterval(() => undefined, 1000);
});
