import test from 'ava';
import { stopsWithoutRestarts } from '../start-failures';

for (const version of [5, 6] as const) {
  test.serial(`PM2 ${version} leaves a server stopped that has a bad option or whose port is used`, (t) =>
    stopsWithoutRestarts(t, version),
  );
}
