/** Sends an exposition through a port, no faster than the receiver takes it. */
import { CHUNKS_AHEAD, type ChunkPort } from '../../protocol/tasks';
import type { Rendered, Rendering } from './exposition';

/**
 * Closes the port behind the last chunk. If the receiver closes it earlier, the rest is not rendered.
 *
 * @returns what was rendered
 */
export async function streamTo(port: ChunkPort, rendering: Rendering): Promise<Rendered> {
  let ahead = 0;
  let closed = false;
  let wake: (() => void) | undefined;
  port.on('message', () => {
    ahead--;
    wake?.();
  });
  port.on('close', () => {
    closed = true;
    wake?.();
  });
  // The port may close during an await: a plain variable would be taken for constant.
  const isClosed = (): boolean => closed;
  try {
    for (;;) {
      while (ahead >= CHUNKS_AHEAD && !isClosed()) await new Promise<void>((resolve) => (wake = resolve));
      if (isClosed()) return { warnings: [] };
      const next = rendering.next();
      if (next.done) {
        port.postMessage(null);
        return next.value;
      }
      ahead++;
      const { buffer } = next.value;
      port.postMessage(next.value, buffer instanceof SharedArrayBuffer ? [] : [buffer]);
    }
  } finally {
    rendering.return({ warnings: [] });
    port.close();
  }
}
