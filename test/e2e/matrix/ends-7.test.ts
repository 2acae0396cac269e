import test from 'ava';
import { endsTests, ways, waysWithoutPmx } from '../ends-tests';

endsTests(test, 7, [...ways, ...waysWithoutPmx], ['fork', 'cluster']);
