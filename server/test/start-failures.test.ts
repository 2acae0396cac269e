import test from 'ava';
import { stopsWithoutRestarts } from './start-failures';

test('PM2 7 does not restart a server that has an invalid option or whose port is in use', (t) =>
  stopsWithoutRestarts(t, 7));
