/** Rounds among the apps of a real PM2. All in one file, and in this order, since they share its daemon. */
import test from 'ava';
import { startPm2, type Pm2 } from '../../../test/support/pm2';
import { answersTests } from './answers-tests';
import { askingTests } from './asking-tests';
import { startShared, type Shared } from './pm2-shared';
import { processesTests } from './processes-tests';

let pm2: Pm2 | undefined;
let shared: Shared;

test.before(async () => {
  pm2 = await startPm2(7);
  shared = await startShared(pm2);
});

test.afterEach.always((t) => {
  if (!t.passed && pm2) t.log(pm2.logs().slice(-4000));
});

test.after.always(() => pm2?.close());

askingTests(test, () => shared);
answersTests(test, () => shared);
processesTests(test, () => shared);
