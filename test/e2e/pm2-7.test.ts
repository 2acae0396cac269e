/** PM2 7, OpenTelemetry 1.30. */
import test from 'ava';
import { clusterTests } from './cluster';

clusterTests(test, 7, 'sdk-metrics-1');
