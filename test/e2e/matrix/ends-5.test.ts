import test from 'ava';
import { endsTests, ways } from '../ends-tests';

endsTests(test, 5, ways, ['fork', 'cluster']);
