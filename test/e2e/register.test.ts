import test from 'ava';
import { registerTests } from './register-tests';

registerTests(test, 7, ['fork', 'cluster']);
