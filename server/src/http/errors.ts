/** Answers every error by a plain sentence, without a stack and without anything that the client has sent. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ViewError } from '../view';
import type { ViewErrorCode } from '../view';

/** Its message is the answer. */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
  }
}

const STATUS: Readonly<Record<ViewErrorCode, number>> = { UNKNOWN_INSTANCE: 404, UNAVAILABLE: 503, INTERNAL: 500 };

/** Pause between two log lines about the same error of the same URL. */
const LOG_MS = 10 * 60_000;
const MAX_LOGGED = 100;

const INTERNAL = 'The metrics server failed; its log says why.';
const NOT_FOUND =
  'There is nothing here: expected /metrics, /metrics/cluster, /metrics/<pm_id>, /metrics/<pm_id>/all, /sd, /api/overview, /api/cardinality or /.';
const BAD_REQUEST = 'The request is malformed.';

export class ErrorAnswers {
  /** By URL and message: when it was logged, on the clock of `performance`. */
  private readonly logged = new Map<string, number>();

  handle(app: FastifyInstance): void {
    app.setNotFoundHandler((_, reply) => say(reply, 404, NOT_FOUND));
    app.setErrorHandler<FastifyError | ViewError | HttpError>((...failed) => this.answer(...failed));
  }

  answer(error: Error & { statusCode?: number }, request: FastifyRequest, reply: FastifyReply): void {
    // These were set for the answer that failed.
    void reply.removeHeader('content-encoding').removeHeader('vary');
    const { status, sentence } = describe(error);
    if (status !== 500) request.log.debug({ err: error, url: request.url }, 'A request was refused');
    else if (this.noteIfDue(`${request.url} ${error.message}`))
      request.log.error({ err: error, url: request.url }, 'A request has failed and was answered with status 500');
    say(reply, status, sentence);
  }

  /** What goes wrong at every scrape is logged now and then. @returns whether it is time to log it */
  private noteIfDue(key: string): boolean {
    const now = performance.now();
    if (now - (this.logged.get(key) ?? -Infinity) < LOG_MS) return false;
    if (this.logged.size >= MAX_LOGGED) this.logged.clear();
    this.logged.set(key, now);
    return true;
  }
}

function describe(error: Error & { statusCode?: number; code?: string }): { status: number; sentence: string } {
  if (error instanceof HttpError) return { status: error.statusCode, sentence: error.message };
  if (error instanceof ViewError) {
    const status = STATUS[error.code];
    return { status, sentence: status === 500 ? INTERNAL : error.message };
  }
  // Fastify's own errors, for instance for a URL that cannot be decoded.
  const { statusCode: status = 500, code = '' } = error;
  // A body that is no JSON has no code: the parser throws a SyntaxError with a status.
  const isOfClient = code.startsWith('FST_') || error instanceof SyntaxError;
  return isOfClient && status >= 400 && status < 500
    ? { status, sentence: BAD_REQUEST }
    : { status: 500, sentence: INTERNAL };
}

function say(reply: FastifyReply, status: number, sentence: string): void {
  void reply.code(status).type('text/plain; charset=utf-8').send(`${sentence}\n`);
}

/** Answers input that never becomes a request: it is not HTTP, too large, or too slow. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400;
  if (socket.writable && socket.bytesWritten === 0) {
    const body = `${status === 431 ? 'The headers are larger than allowed.' : status === 408 ? 'The request took too long.' : BAD_REQUEST}\n`;
    const head = [
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
    ];
    socket.write([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...head, '', body].join('\r\n'));
  }
  socket.destroySoon();
}
