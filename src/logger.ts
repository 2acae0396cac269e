/** The logger of the exporter. */
import { debuglog } from 'node:util';

/** The shape of Mashroom's loggers, and of `console`. `details` are values such as an error, logged after the message. */
export interface Logger {
  debug(message: string, ...details: unknown[]): void;
  info(message: string, ...details: unknown[]): void;
  warn(message: string, ...details: unknown[]): void;
  error(message: string, ...details: unknown[]): void;
}

/** Writes to stderr when `NODE_DEBUG` has `pm2-exporter` in it; otherwise it formats nothing. */
const trace = debuglog('pm2-exporter');

/**
 * For a process without a logger of its own. Warnings and errors, which need the user's attention, go to the console;
 * the rest is there with `NODE_DEBUG=pm2-exporter`.
 */
export const consoleLogger: Logger = {
  debug: (message, ...details) => trace('%s', message, ...details),
  info: (message, ...details) => trace('%s', message, ...details),
  warn: (message, ...details) => console.warn(`[pm2-exporter] ${message}`, ...details),
  error: (message, ...details) => console.error(`[pm2-exporter] ${message}`, ...details),
};
