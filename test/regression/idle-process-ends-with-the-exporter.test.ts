/**
 * A process in fork mode that has nothing else to do lives on, since PM2's @pm2/io keeps it alive. With the exporter it
 * ended, and PM2 started it again. Other ends of processes: `test/e2e/ends.test.ts`.
 */
import test from 'ava';
import { endsTests } from '../e2e/ends-tests';

endsTests(test, 7, ['nothing'], ['fork', 'cluster']);
