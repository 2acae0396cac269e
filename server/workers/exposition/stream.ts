/** Sends an exposition through a port as it is rendered. */
import { isOver, type Loan } from '../../protocol/loan';
import type { ChunkPort } from '../../protocol/render';
import type { Rendered, Rendering } from './exposition';

/**
 * Closes the port behind the last chunk. What is left when the loan is over is not rendered.
 *
 * @returns what was rendered
 */
export function sendTo(port: ChunkPort, loan: Loan, rendering: Rendering): Rendered {
  try {
    while (!isOver(loan)) {
      const next = rendering.next();
      if (next.done) {
        port.postMessage(null);
        return next.value;
      }
      const { buffer } = next.value;
      port.postMessage(next.value, buffer instanceof SharedArrayBuffer ? [] : [buffer]);
    }
    return { warnings: [], dropped: [] };
  } finally {
    rendering.return({ warnings: [], dropped: [] });
    port.close();
  }
}
