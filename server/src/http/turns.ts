/**
 * Requests of one connection are answered one after the other: a client that sends the next ones without reading, and there may
 * be thousands, costs no more than one that sends a single one.
 */
import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';

/** Call this before other hooks are added: no work may be done for a request that waits. */
export function takeTurns(app: FastifyInstance): void {
  /** Of connections with a request under way: the requests behind it. */
  const waiting = new WeakMap<Socket, (() => void)[]>();
  app.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw;
    const begin = (): void => {
      reply.raw.once('close', () => next(socket));
      done();
    };
    const behind = waiting.get(socket);
    if (behind === undefined) {
      waiting.set(socket, []);
      begin();
    } else {
      behind.push(begin);
      // What has been read so far waits as requests, the rest in the network's buffers.
      socket.pause();
    }
  });

  const next = (socket: Socket): void => {
    const begin = socket.destroyed ? undefined : waiting.get(socket)?.shift();
    if (begin !== undefined) {
      begin();
      return;
    }
    waiting.delete(socket);
    if (!socket.destroyed) socket.resume();
  };
}
