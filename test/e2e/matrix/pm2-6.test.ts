/** PM2 6, OpenTelemetry 2.x. */
import test from 'ava';
import { clusterTests } from '../cluster-tests';

clusterTests(test, 6, '@opentelemetry/sdk-metrics');
