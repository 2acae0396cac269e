/** Reads server-sent events, as a browser does. */
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';

export interface ReadEvents {
  /** All that have come, in their order. */
  readonly events: readonly { readonly event: string; readonly data: unknown }[];
  /** Data of those of a name. */
  named(event: string): unknown[];
  close(): void;
}

export async function readEvents(url: string): Promise<ReadEvents> {
  const sent = request(url, { headers: { accept: 'text/event-stream' } });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
  const events: { readonly event: string; readonly data: unknown }[] = [];
  let rest = '';
  response.on('error', () => undefined);
  response.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const [, event, data] = /^event: (.+)\ndata: (.+)$/.exec(part) ?? [];
      if (event !== undefined && data !== undefined) events.push({ event, data: JSON.parse(data) as unknown });
    }
  });
  return {
    events,
    named: (event) => events.filter((one) => one.event === event).map(({ data }) => data),
    close: () => response.destroy(),
  };
}
