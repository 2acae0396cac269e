import test from 'ava';
import { registerTests } from '../register-tests';

registerTests(test, 6, ['fork', 'cluster']);
