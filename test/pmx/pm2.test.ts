/** PM2 7: the representative of all versions. */
import test from 'ava';
import { probeTests } from './probe-tests';

probeTests(test, 7);
