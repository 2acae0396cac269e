/** Steady HTTP traffic to a cluster, with counts of the answers. */
import { get } from 'node:http';

export interface Traffic {
  /** Answered requests, by the pid of the process that answered. */
  readonly answered: ReadonlyMap<number, number>;
  /** Requests without an answer: whether they were counted is not known. */
  readonly failed: number;
  readonly total: number;
  /** Answered requests per second within each stretch of at least that many seconds, of which one begins at each tick. */
  ratesOver(seconds: number): number[];
  /** Resolves when all requests have come to their end. Repeatable. */
  stop(): Promise<void>;
}

const TICK_MS = 50;
/** A connection that was handed to a process which was ending gets no answer. */
const PATIENCE_MS = 5000;

/**
 * @param perSecond on average: requests that a busy machine delays are sent later, all at once
 * @param patienceMs how long a request waits for its answer: longer than any process takes where none ends meanwhile
 */
export function startTraffic(port: number, perSecond: number, patienceMs = PATIENCE_MS): Traffic {
  const routes = ['/carts', '/orders'];
  const answered = new Map<number, number>();
  const open = new Set<Promise<void>>();
  const ticks: { readonly time: number; readonly total: number }[] = [];
  const begin = Date.now();
  let sent = 0;
  let failed = 0;

  const send = async (): Promise<void> => {
    const pid = await fetchPid(port, routes[sent++ % routes.length] as string, patienceMs);
    if (pid === undefined) failed++;
    else answered.set(pid, (answered.get(pid) ?? 0) + 1);
  };
  const total = (): number => [...answered.values()].reduce((sum, count) => sum + count, 0);
  const timer = setInterval(() => {
    ticks.push({ time: Date.now() / 1000, total: total() });
    const due = ((Date.now() - begin) / 1000) * perSecond;
    while (sent < due) {
      const request = send();
      open.add(request);
      void request.finally(() => open.delete(request));
    }
  }, TICK_MS);

  return {
    answered,
    get failed() {
      return failed;
    },
    get total() {
      return total();
    },
    ratesOver(seconds) {
      return ticks.flatMap((from) => {
        const to = ticks.find(({ time }) => time >= from.time + seconds);
        return to === undefined ? [] : [(to.total - from.total) / (to.time - from.time)];
      });
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
    },
  };
}

/** Opens a connection per request: a kept connection stays with one process of the cluster. */
function fetchPid(port: number, path: string, patienceMs: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(patienceMs);
    const req = get({ port, path, host: '127.0.0.1', agent: false, signal }, (res) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (data: string) => (text += data));
      res.on('end', () => resolve(Number(text)));
      res.on('error', () => resolve(undefined));
    });
    req.on('error', () => resolve(undefined));
  });
}
