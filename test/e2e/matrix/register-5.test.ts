import test from 'ava';
import { registerTests } from '../register-tests';

registerTests(test, 5, ['fork', 'cluster']);
