import test from 'ava';
import { endsTests, ways, waysWithoutPmx } from '../ends-tests';

endsTests(test, 5, [...ways, ...waysWithoutPmx], ['fork', 'cluster']);
