/** The certificate, which is read again when it changes: connections that are open stay. */
import { createSecureContext } from 'node:tls';
import type { Server as HttpsServer } from 'node:https';
import type { Logger } from 'pino';
import type { ServerOptions } from '../options/options';
import { follow } from './followed-files';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** The server whose certificate is replaced. */
  serve(server: HttpsServer): void;
  /** Looks now whether files have changed. */
  check(): Promise<void>;
  stop(): void;
}

/** Rejects where the files cannot be read or are no certificate with its key. */
export async function readCertificate(
  { tlsCert, tlsKey }: ServerOptions,
  log: Logger,
): Promise<Certificate | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  let current = { cert: '', key: '' };
  let server: HttpsServer | undefined;
  const following = await follow({
    paths: [tlsCert, tlsKey],
    take([cert = '', key = '']) {
      try {
        createSecureContext({ cert, key });
      } catch (cause) {
        throw new Error(`${tlsCert} and ${tlsKey} are not what was expected: a certificate in PEM, and its key`, {
          cause,
        });
      }
      current = { cert, key };
      if (server === undefined) return;
      server.setSecureContext(current);
      log.info('The certificate has changed and is used from now on');
    },
    // One of the two may just be written after the other: then it is well with the next look.
    fail: (error) =>
      log.error({ err: error }, 'The certificate or its key has changed and cannot be used: the old one stays'),
  });
  return {
    ...current,
    serve: (created) => void (server = created),
    check: () => following.check(),
    stop: () => following.stop(),
  };
}
