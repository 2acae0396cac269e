/**
 * What real scrapers read of a cluster: all metrics, in all formats, while its processes restart, end and hang. All in one
 * file, and in this order, since the tests share the cluster and its scrapers.
 */
import test from 'ava';
import { changesTests } from './changes-tests';
import { readTests } from './read-tests';
import { startScrapedCluster, type ScrapedCluster } from './scraped-cluster';
import { stoppedTests } from './stopped-tests';
import { watch, type Watched } from './watched-cluster';

let scraped: ScrapedCluster | undefined;
let watched: Watched;

test.before(async () => {
  scraped = await startScrapedCluster();
  watched = await watch(scraped);
});

test.afterEach.always((t) => {
  if (!t.passed && scraped) t.log(scraped.logs());
});

test.after.always(() => scraped?.close());

readTests(() => watched);
changesTests(() => watched);
stoppedTests(() => watched);
