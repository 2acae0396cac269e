/** A lock that cannot be read, such as one of another user, was taken for one that has just been removed: the server waited forever. */
import { symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import test from 'ava';
import { becomeOwner } from '../../src/ownership';
import { temporaryFolder } from '../workers/cluster/state/state-files';

test('a lock that cannot be read is an error that names it', async (t) => {
  const path = join(temporaryFolder(t), 'state');
  const lock = `${path}.lock-3`;
  // Permissions would not keep root from reading it.
  symlinkSync(basename(lock), lock);
  const error = await t.throwsAsync(becomeOwner({ path, onWait: () => undefined }));
  t.true(error.message.includes(lock), error.message);
});
