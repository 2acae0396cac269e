/** PM2 7, OpenTelemetry 1.30: the representative of all versions. */
import test from 'ava';
import { clusterTests } from './cluster-tests';

clusterTests(test, 7, 'sdk-metrics-1');
