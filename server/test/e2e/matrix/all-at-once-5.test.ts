import test from 'ava';
import { allAtOnceTests } from '../all-at-once-tests';

allAtOnceTests(test, 5);
