/** A proxy between a scraper and the metrics server that notes the formats of the answers. */
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ScrapeProxy {
  readonly port: number;
  /** The content types of all answers so far. */
  readonly contentTypes: ReadonlySet<string>;
  readonly encodings: ReadonlySet<string>;
  close(): Promise<void>;
}

/** @param accept in place of what the scraper asks for */
export async function startScrapeProxy(targetPort: number, accept?: string): Promise<ScrapeProxy> {
  const contentTypes = new Set<string>();
  const encodings = new Set<string>();
  const server = createServer((req, res) => {
    const { url: path, method } = req;
    const headers = { ...req.headers, ...(accept !== undefined && { accept }) };
    const onward = request({ host: '127.0.0.1', port: targetPort, path, method, headers }, (answer) => {
      // The content type of an error says nothing about the format.
      if (answer.statusCode === 200) {
        contentTypes.add(String(answer.headers['content-type']));
        encodings.add(String(answer.headers['content-encoding']));
      }
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => res.destroy());
      answer.pipe(res);
    });
    onward.on('error', () => res.destroy());
    res.on('close', () => onward.destroy());
    onward.end();
  });
  await listen(server);
  return {
    port: (server.address() as AddressInfo).port,
    contentTypes,
    encodings,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}
