/** The PM2 versions before the latest one. */
import test from 'ava';
import { probeTests } from '../probe-tests';

probeTests(test, 6);
probeTests(test, 5);
