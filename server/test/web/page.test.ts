/** The page in a real Chromium. All in one file, so that they share a browser. */
import { testExplorer } from './explorer-tests';
import { testFrame } from './frame-tests';
import { testOverview } from './overview-tests';

testOverview();
testExplorer();
testFrame();
