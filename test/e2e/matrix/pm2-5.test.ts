/** PM2 5, OpenTelemetry 3.x. */
import test from 'ava';
import { clusterTests } from '../cluster-tests';

clusterTests(test, 5, 'sdk-metrics-3');
