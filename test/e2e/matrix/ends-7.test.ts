import test from 'ava';
import { endsTests, ways } from '../ends-tests';

endsTests(test, 7, ways, ['fork', 'cluster']);
