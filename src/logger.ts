/** What the exporter logs to. Mashroom's loggers and `console` have this shape. */
export interface Logger {
  debug(message: string, ...details: unknown[]): void;
  info(message: string, ...details: unknown[]): void;
  warn(message: string, ...details: unknown[]): void;
  error(message: string, ...details: unknown[]): void;
}

/** For a process that has no logger of its own: says only what somebody should look at. */
export const consoleLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message, ...details) => console.warn(`[pm2-exporter] ${message}`, ...details),
  error: (message, ...details) => console.error(`[pm2-exporter] ${message}`, ...details),
};
