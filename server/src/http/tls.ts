/** The certificate, which is read again when it changes. Open connections stay. */
import { createSecureContext } from 'node:tls';
import type { Server as HttpsServer } from 'node:https';
import type { Logger } from 'pino';
import type { ServerOptions } from '../options/options';
import { follow } from './followed-files';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** Replaces the certificate of this server when it changes. */
  serve(server: HttpsServer): void;
  stop(): void;
}

/** Rejects if the files cannot be read, or are not a certificate with its key. */
export async function readCertificate(
  { tlsCert, tlsKey }: ServerOptions,
  log: Logger,
): Promise<Certificate | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  let current = { cert: '', key: '' };
  let server: HttpsServer | undefined;
  const stop = await follow({
    paths: [tlsCert, tlsKey],
    take([cert = '', key = '']) {
      try {
        createSecureContext({ cert, key });
      } catch (cause) {
        throw new Error(`${tlsCert} and ${tlsKey} cannot be used, expected a certificate in PEM and its key`, {
          cause,
        });
      }
      current = { cert, key };
      if (server === undefined) return;
      server.setSecureContext(current);
      log.info('The certificate has changed: new connections get the new one');
    },
    // If one of the two is written after the other, the next check finds a pair that fits.
    fail: (error) =>
      log.error({ err: error }, 'The certificate or its key has changed and cannot be used: the old pair stays in use'),
  });
  return {
    ...current,
    serve: (created) => void (server = created),
    stop,
  };
}
