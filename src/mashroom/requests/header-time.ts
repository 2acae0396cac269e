/** Tells when a response begins, which is when Mashroom's own collector takes the time: bodies may take as long as they like. */
import type { ServerResponse } from 'node:http';

/** @param onHeaders called once, before the first byte is sent, when status and headers are known */
export function whenHeadersAreSent(response: ServerResponse, onHeaders: () => void): void {
  const { writeHead } = response;
  let isTold = false;
  response.writeHead = function (this: ServerResponse, ...args: unknown[]) {
    const result: unknown = Reflect.apply(writeHead as (...all: unknown[]) => unknown, this, args);
    if (!isTold) {
      isTold = true;
      onHeaders();
    }
    return result as ServerResponse;
  } as ServerResponse['writeHead'];
}
