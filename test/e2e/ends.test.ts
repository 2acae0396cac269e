import test from 'ava';
import { endsTests } from './ends-tests';

/** One of each group; the matrix has them all, and the regression tests have `nothing`. */
const SOME = ['exit 7', 'throw', 'disconnect', 'SIGINT, with a slow handler', 'SIGTERM', 'reject, pmx: false'];

endsTests(test, 7, SOME, ['fork', 'cluster']);
