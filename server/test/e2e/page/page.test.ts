/** The page in a real Chromium on a real cluster. All in one file, so that they share a cluster and a browser. */
import { testAccess } from './access-tests';
import { testProcesses } from './processes-tests';
import { testSeries } from './series-tests';

testSeries();
testProcesses();
testAccess();
