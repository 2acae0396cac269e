/** Tells when a response begins, which is when Mashroom's own collector takes the time: bodies may take as long as they like. */
import type { ServerResponse } from 'node:http';

/** @param onHeaders called once, before the first byte is sent, when status and headers are known */
export function whenHeadersAreSent(response: ServerResponse, onHeaders: () => void): void {
  const patched = response as { writeHead: (...args: unknown[]) => ServerResponse };
  const writeHead = patched.writeHead.bind(response);
  let isTold = false;
  patched.writeHead = (...args) => {
    const result = writeHead(...args);
    if (!isTold) {
      isTold = true;
      onHeaders();
    }
    return result;
  };
}
