/** Asks a metrics server for JSON: with its authentication, by TLS too, within bounds of time and size. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { messageOf } from '../../../core/values';

export interface ServerAddress {
  /** Ends with a slash. */
  readonly url: URL;
  /** Value of the header. */
  readonly authorization: string | undefined;
  /** PEM of the certificates that are trusted in place of the system's. */
  readonly ca: string | undefined;
  /** Whether any certificate will do. */
  readonly insecure: boolean;
}

const PATIENCE_MS = 30_000;
const MAX_BYTES = 32 * 1024 * 1024;

/** Its message is a sentence for the user. It may quote the server's control characters: print it by `printable`. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

export class Client {
  private readonly agent: HttpAgent | TlsAgent;

  constructor(private readonly address: ServerAddress) {
    const { url, ca, insecure } = address;
    const options = { keepAlive: true, maxSockets: 1 };
    this.agent =
      url.protocol === 'https:'
        ? new TlsAgent({ ...options, rejectUnauthorized: !insecure, ...(ca !== undefined && { ca }) })
        : new HttpAgent(options);
  }

  /** @throws AnswerError */
  async json(path: string): Promise<unknown> {
    const { href } = new URL(path, this.address.url);
    let status: number;
    let body: string;
    try {
      const response = await this.get(href);
      status = response.statusCode ?? 0;
      body = await textOf(response);
    } catch (error) {
      throw new AnswerError(whyUnreachable(href, error), { cause: error });
    }
    if (status !== 200) throw new AnswerError(`${href} answers with status ${status}${hint(status)}`);
    try {
      return JSON.parse(body) as unknown;
    } catch (error) {
      throw new AnswerError(`${href} does not answer with JSON: is it a metrics server?`, { cause: error });
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private get(href: string): Promise<IncomingMessage> {
    const { authorization } = this.address;
    const headers = { accept: 'application/json', ...(authorization !== undefined && { authorization }) };
    const request = href.startsWith('https:') ? tlsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      request(href, { agent: this.agent, headers, signal }, resolve).once('error', reject).end();
    });
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MAX_BYTES) throw new Error(`the answer has more than ${MAX_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function hint(status: number): string {
  if (status === 401) return ': it wants a user and a password, or a token';
  if (status === 404) return ': this server is no metrics server, or an older one';
  if (status === 503) return ": PM2's daemon cannot be reached there";
  return '';
}

function whyUnreachable(href: string, error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError' || name === 'AbortError') {
    return `${href} has not answered within ${PATIENCE_MS / 1000} seconds`;
  }
  if (code === 'ECONNREFUSED') return `nothing listens at ${href}: "pm2 ls" shows whether the metrics server runs`;
  if (code !== undefined && /CERT|SELF_SIGNED|ISSUER|ALTNAME/.test(code)) {
    return `the certificate of ${href} is not trusted (${code}): --ca names a file with the one to trust`;
  }
  return `${href} cannot be asked: ${messageOf(error)}`;
}
