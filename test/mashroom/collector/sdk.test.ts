/** Loading OpenTelemetry's SDK, whose API has one logger for the whole process. */
import { diag, DiagLogLevel, type DiagLogger } from '@opentelemetry/api';
import test from 'ava';
import { createMeterProvider } from '../../../src/mashroom/collector/sdk';
import { newLog } from '../../opentelemetry/sdk';

const reader = { setMetricProducer: () => undefined };

test.serial.afterEach(() => diag.disable());

test.serial('what the SDK has to say goes to the log of the server', (t) => {
  const { lines, logger } = newLog();
  createMeterProvider(process.cwd(), reader, logger);
  diag.warn('an odd name');
  diag.info('a detail');
  t.deepEqual(lines, ['warn an odd name']);
});

test.serial('a logger of the app stays where it is', (t) => {
  const { lines, logger } = newLog();
  const own = newLog();
  const ofApp: DiagLogger = { ...own.logger, verbose: () => undefined };
  diag.setLogger(ofApp, DiagLogLevel.INFO);
  own.lines.splice(0);
  createMeterProvider(process.cwd(), reader, logger);
  diag.warn('an odd name');
  t.deepEqual([lines, own.lines], [[], ['warn an odd name']]);
});
