import test from 'ava';
import { askerThatExitsTests } from '../asker-that-exits-tests';

askerThatExitsTests(test, 6);
