/** Takes what the examples export by OTLP, as a collector would. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Posted {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: { stringValue?: string } }[] };
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly sum?: {
          readonly dataPoints: readonly { startTimeUnixNano: string; asDouble?: number; asInt?: number }[];
        };
      }[];
    }[];
  }[];
}

export interface OtlpReceiver {
  readonly url: string;
  readonly posts: number;
  /** Of all processes that have posted so far. */
  sumOf(metric: string): number;
  close(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  let posts = 0;
  /** Cumulative numbers: of each process and metric the latest counts. */
  const latest = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      posts++;
      note(JSON.parse(Buffer.concat(chunks).toString()) as Posted, latest);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get posts() {
      return posts;
    },
    sumOf: (metric) =>
      [...latest].filter(([key]) => key.startsWith(`${metric} `)).reduce((sum, [, value]) => sum + value, 0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function note({ resourceMetrics }: Posted, latest: Map<string, number>): void {
  for (const { resource, scopeMetrics } of resourceMetrics) {
    const instance = resource.attributes.find(({ key }) => key === 'service.instance.id')?.value.stringValue;
    for (const { name, sum } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
      const points = sum?.dataPoints ?? [];
      const total = points.reduce((all, { asDouble, asInt }) => all + Number(asDouble ?? asInt), 0);
      // A process that has taken the place of another one has start times of its own, and the same id.
      const starts = points.map(({ startTimeUnixNano }) => startTimeUnixNano).toSorted();
      latest.set(`${name} ${instance} ${starts[0]}`, total);
    }
  }
}
