/** What the environment of an app says to the preload. */
import { messageOf } from '../../core/values';
import type { Logger } from '../logger';

export interface Settings {
  /** Options of the exporter as the user gave them, of any type. */
  readonly options: unknown;
  /** Whether a MeterProvider that has a reader gets ours as well. */
  readonly secondReader: boolean;
  /** What PM2 calls the app, where the environment has no name for OpenTelemetry. */
  readonly serviceName: string | undefined;
}

export const SECOND_READER = 'PM2_EXPORTER_SECOND_READER';
const CONFIG = 'PM2_EXPORTER_CONFIG';

export function readSettings(env: NodeJS.ProcessEnv, logger: Logger): Settings {
  return {
    options: readOptions(env[CONFIG], logger),
    secondReader: readSwitch(env[SECOND_READER], logger),
    serviceName: env['OTEL_SERVICE_NAME'] ?? env['name'],
  };
}

function readOptions(text: string | undefined, logger: Logger): unknown {
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    const expected = 'expected JSON such as {"intervalMs": 5000}';
    logger.warn(`${CONFIG} cannot be read (${messageOf(error)}), ${expected}: the defaults are used`);
    return undefined;
  }
}

function readSwitch(text: string | undefined, logger: Logger): boolean {
  if (text === '1' || text === 'true') return true;
  if (text !== undefined && !['', '0', 'false'].includes(text)) {
    logger.warn(`${SECOND_READER} is ${JSON.stringify(text.slice(0, 100))}, expected 1 or 0: 0 is used`);
  }
  return false;
}
