/** The packet that asks a run for its metrics. PM2's daemon passes it on as it is. */
import { WIRE_VERSION, type PageRange } from '../../../core/wire/format';
import type { Request } from './runs/known-run';

/** Most ranges that an instance accepts in one request, see `src/ipc/request.ts`. */
const MAX_RANGES = 10_000;

/** @param self pm_id of this server, to which the answer goes */
export function packetOf({ id, known, base }: Request, self: number): Buffer {
  const have = base === undefined ? {} : { incarnation: base.incarnation, have: rangesOf(base.pages.keys()) };
  const packet = {
    id: known.address,
    topic: 'getMetrics',
    from: String(self),
    data: { v: WIRE_VERSION, form: 'snapshot', ...have },
    request: id,
    token: known.token,
    pid: process.pid,
  };
  return Buffer.from(JSON.stringify(packet));
}

/** @param pages ids of pages, in any order */
export function rangesOf(pages: Iterable<number>): PageRange[] {
  const ids = [...pages].sort((a, b) => a - b);
  const ranges: [first: number, last: number][] = [];
  for (const id of ids) {
    const range = ranges.at(-1);
    if (range !== undefined && id <= range[1] + 1) range[1] = id;
    else ranges.push([id, id]);
  }
  // The instance sends the pages that are not named.
  return ranges.slice(0, MAX_RANGES);
}
