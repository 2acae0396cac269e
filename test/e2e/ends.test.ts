import test from 'ava';
import { endsTests } from './ends-tests';

/** One of each group; the matrix has them all. */
const SOME = ['nothing', 'exit 7', 'throw', 'disconnect', 'SIGINT, with a slow handler', 'SIGTERM'];

endsTests(test, 7, SOME, ['fork', 'cluster']);
