import test from 'ava';
import { endsTests, ways } from '../ends-tests';

endsTests(test, 6, ways, ['fork', 'cluster']);
