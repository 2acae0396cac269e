import test from 'ava';
import { stopsWithoutRestarts } from '../start-failures';

for (const version of [5, 6] as const) {
  test.serial(`PM2 ${version} does not restart a server that has an invalid option or whose port is in use`, (t) =>
    stopsWithoutRestarts(t, version),
  );
}
