/** Files of a certificate and its key, and what a server presents that reads them. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import type { ExecutionContext } from 'ava';
import { selfSigned, type Pair } from './certificates';
import { open, optionsOf } from './running-server';

export const one = selfSigned('one');
export const two = selfSigned('two');

export function filesOf(t: ExecutionContext, pair: Pair) {
  const folder = mkdtempSync(join(tmpdir(), 'pm2-metrics-tls-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const cert = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  const write = (file: string, text: string) => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  const writePair = (next: Pair) => {
    write(cert, next.cert);
    write(key, next.key);
  };
  writePair(pair);
  return { cert, key, write, writePair, options: optionsOf({ PM2_METRICS_TLS_CERT: cert, PM2_METRICS_TLS_KEY: key }) };
}

/** The name in the certificate that a new connection gets. It has to be signed by one of the two. */
export async function presented(url: string): Promise<string> {
  const response = await open(url, '/-/healthy', { ca: [one.cert, two.cert] });
  const { socket } = response;
  const name = socket instanceof TLSSocket ? socket.getPeerCertificate().subject.CN : undefined;
  response.resume();
  return String(name);
}
