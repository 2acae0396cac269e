/**
 * A response of server-sent events, bounded: one whose client does not read is closed, and the client begins anew.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { FastifyReply } from 'fastify';
import type { Outlet } from '../../live/viewers/viewer';

/** Most proxies close a connection that is silent for a minute. */
const HEARTBEAT_MS = 15_000;
/** Bytes that are sent and not read. The past of many processes is the largest event. */
const MAX_UNREAD = 8 * 1024 * 1024;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  // nginx would keep events back.
  'x-accel-buffering': 'no',
} as const;

/** @param isAllowed asked before each event: a session may have ended, or a password or token have changed */
export function eventStream(reply: FastifyReply, isAllowed: () => boolean): Outlet {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, HEADERS);
  const write = (text: string): void => {
    if (raw.destroyed || raw.writableEnded) return;
    if (isAllowed()) raw.write(text);
    else raw.end();
    if (raw.writableLength > MAX_UNREAD) raw.destroy();
  };
  const timer = setInterval(() => write(':\n\n'), HEARTBEAT_MS).unref();
  raw.once('close', () => clearInterval(timer));
  return {
    send: (event, json) => write(`event: ${event}\ndata: ${json}\n\n`),
    end: () => raw.end(),
    onClose: (listener) => raw.once('close', listener),
  };
}
