/** A logger that hands over each line and writes nothing. */
import type { Logger } from '../../src/logger';

export function silentLogger(onLine: (line: string) => void): Logger {
  return { debug: () => undefined, info: onLine, warn: onLine, error: onLine };
}
