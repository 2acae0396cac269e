import test from 'ava';
import { lastNumbersTests } from '../last-numbers-tests';

lastNumbersTests(test, 6);
