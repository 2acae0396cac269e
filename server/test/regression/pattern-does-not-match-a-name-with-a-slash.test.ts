/** `--apps '@acme*'` and `'*'` did not match the app `@acme/api`. */
import test from 'ava';
import { included } from '../rounds/included-apps';

test('a slash in the name of an app is a letter like any other', (t) => {
  for (const pattern of ['*', '@acme*', '@acme/*', '**', '@{acme,other}/a?i', '!shop']) {
    t.deepEqual(included([pattern], '@acme/api'), ['@acme/api'], pattern);
  }
});
