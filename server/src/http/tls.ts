/** The certificate, which is read again when it changes. Open connections stay. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
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
        checkPair(cert, key);
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
    fail: (error) =>
      log.error({ err: error }, 'The certificate or its key has changed and cannot be used: the old pair stays in use'),
  });
  return {
    ...current,
    serve: (created) => void (server = created),
    stop,
  };
}

/** OpenSSL accepts empty texts, and a chain whose end is missing. @throws Error unless both are complete and belong together */
function checkPair(cert: string, key: string): void {
  for (const text of [cert, key]) {
    if (count(text, /-----BEGIN [A-Z0-9 ]+-----/g) !== count(text, /-----END [A-Z0-9 ]+-----/g)) {
      throw new Error('a block of PEM has no end');
    }
  }
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new Error('the key is of another certificate');
  createSecureContext({ cert, key });
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
