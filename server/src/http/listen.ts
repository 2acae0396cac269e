/** Starts listening, and retries for a while: a predecessor may be ending, or the network may be coming up. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ServerOptions } from '../options/options';

export interface ListenInput {
  readonly options: Pick<ServerOptions, 'host' | 'port'>;
  readonly log: Pick<Logger, 'warn'>;
  /** For how long to retry, in milliseconds. */
  readonly patienceMs: number;
}

const PAUSE_MS = 250;

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there',
  EADDRNOTAVAIL: 'this host has no such address now',
};
const ADVICE = 'Choose another --host or --port, or end what listens there, and start this server again';

/**
 * @param listen resolves with the URL
 * @throws an error whose message says where it cannot listen, why, and what to do
 */
export async function listenPatiently(
  listen: () => Promise<string>,
  { options: { host, port }, log, patienceMs }: ListenInput,
): Promise<string> {
  const giveUpAt = performance.now() + patienceMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await listen();
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      const problem = `Cannot listen at ${host}, port ${port}: ${REASONS[code] ?? message} (${code})`;
      if (REASONS[code] === undefined || performance.now() >= giveUpAt) {
        throw new Error(`${problem}. ${ADVICE}`, { cause: error });
      }
      if (attempt === 1) log.warn(`${problem}. Trying again for ${patienceMs / 1000} s`);
      await pause(PAUSE_MS);
    }
  }
}
