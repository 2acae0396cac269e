/** The loggers of the exporter. */
import { debuglog } from 'node:util';
import { messageOf, printable } from '../core/values';

/** The shape of Mashroom's loggers, and of `console`. `details` are values such as an error, logged after the message. */
export interface Logger {
  debug(message: string, ...details: unknown[]): void;
  info(message: string, ...details: unknown[]): void;
  warn(message: string, ...details: unknown[]): void;
  error(message: string, ...details: unknown[]): void;
}

type Level = keyof Logger;

const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error'];
/** A line is a few sentences. What is longer has a text from outside in it. */
const MAX_LINE_CHARS = 3000;

/** Writes to stderr when `NODE_DEBUG` has `pm2-exporter` in it; otherwise it formats nothing. */
const trace = debuglog('pm2-exporter');

/**
 * For a process without a logger of its own. What a user must know goes to the console, on stderr: errors, warnings, and
 * that something works again or is not started. The rest is there with `NODE_DEBUG=pm2-exporter`.
 */
export const consoleLogger: Logger = {
  debug: (message, ...details) => trace('%s', message, ...details),
  info: (message, ...details) => console.warn('[pm2-exporter] %s', message, ...details),
  warn: (message, ...details) => console.warn('[pm2-exporter] %s', message, ...details),
  error: (message, ...details) => console.error('[pm2-exporter] %s', message, ...details),
};

/**
 * A logger that never throws and never rejects, around one of the user that may do both. A line that the user's logger
 * does not take goes to the console, and the first such line is preceded by one that says why.
 *
 * @param candidate as the user gave it, of any type; `undefined` for none
 */
export function guardLogger(candidate: unknown): Logger {
  if (candidate === undefined) return fromLevels((level) => (line, details) => toConsole(level, line, details));
  const user = candidate as Readonly<Record<Level, unknown>> | null;
  let told = false;
  const tell = (trouble: string): void => {
    if (told) return;
    told = true;
    const rule = 'Lines that it does not take go to the console. Pass an object with debug, info, warn and error';
    toConsole('warn', `The logger of the exporter ${trouble}. ${rule}`, []);
  };
  return fromLevels((level) => (line, details) => {
    try {
      const method = user?.[level];
      if (typeof method !== 'function') {
        tell(`has no method ${level}()`);
        toConsole(level, line, details);
        return;
      }
      const result: unknown = Reflect.apply(method as (...args: unknown[]) => unknown, user, [line, ...details]);
      if (isThenable(result)) void settled(result, (error) => tell(`rejects in ${level}(): ${messageOf(error)}`));
    } catch (error) {
      tell(`throws in ${level}(): ${messageOf(error)}`);
      toConsole(level, line, details);
    }
  });
}

function fromLevels(write: (level: Level) => (line: string, details: readonly unknown[]) => void): Logger {
  const methods = LEVELS.map((level) => {
    const writeLine = write(level);
    return [
      level,
      (line: string, ...details: unknown[]) => writeLine(printable(line, MAX_LINE_CHARS), details),
    ] as const;
  });
  return Object.fromEntries(methods) as unknown as Logger;
}

/** An app may have put methods of its own into the console, and what is to be printed may throw. */
function toConsole(level: Level, line: string, details: readonly unknown[]): void {
  try {
    consoleLogger[level](printable(line, MAX_LINE_CHARS), ...details);
  } catch {
    try {
      consoleLogger[level](printable([line, ...details.map(messageOf)].join(' '), MAX_LINE_CHARS));
    } catch {
      // There is nothing left to write to.
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as { then?: unknown }).then === 'function';
}

/** Handles a rejection, also one of a promise that another class has made. */
async function settled(result: PromiseLike<unknown>, onRejection: (error: unknown) => void): Promise<void> {
  try {
    await result;
  } catch (error) {
    onRejection(error);
  }
}
