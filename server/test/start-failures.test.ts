import test from 'ava';
import { stopsWithoutRestarts } from './start-failures';

test('PM2 7 leaves a server stopped that has a bad option or whose port is used, and does not restart it', (t) =>
  stopsWithoutRestarts(t, 7));
