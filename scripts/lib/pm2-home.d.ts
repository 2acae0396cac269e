export interface Pm2Home {
  /** Holds everything; removed by `close()`. */
  readonly folder: string;
  /** The daemon's PM2_HOME. */
  readonly home: string;
  /** Runs one of PM2's commands and returns what it printed. */
  command(...args: string[]): Promise<string>;
  /** Calls a method of the daemon. */
  call(method: string, argument?: unknown, timeoutMs?: number): Promise<unknown>;
  /** Ends the daemon with all its apps and removes the folder. Repeatable; never rejects. */
  close(): Promise<void>;
}

export function createPm2Home(options?: { readonly pm2?: string; readonly prefix?: string }): Promise<Pm2Home>;

export function takeDown(folder: string, bin: string): Promise<void>;
