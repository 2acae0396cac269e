/** The metrics servers that are told the last numbers of this process: those that have given it a token lately. */
import type { Snapshot } from '../../core/snapshot';
import type { PageRange } from '../../core/wire/format';
import type { LastRecipient } from '../../protocol/recipients';
import type { WatchedServer } from '../../protocol/watch';
import type { MetricsRequest } from '../ipc/request';
import { haveSameNumbers } from './same-numbers';

/** A server that has not asked for so long has ended, or has lost interest. */
const LATELY_MS = 5 * 60_000;
/** Ranges of pages that go with each task at the most: a longer list is left out. */
const MAX_RANGES = 100;
/** A bound, since any process of this PM2 can say that it is one. */
const MAX_SERVERS = 8;

interface Server {
  readonly pid: number;
  readonly token: string;
  /** The pages that it has, and the incarnation that they are of. */
  readonly have: readonly PageRange[];
  readonly incarnation: string | undefined;
  /** When it has asked last, by `performance.now()`. */
  readonly askedAt: number;
  /** The snapshot that it has got last. */
  got: number;
}

export class ToldServers {
  /** By pm_id, the one that has asked last at the end. */
  private readonly servers = new Map<number, Server>();

  /** @returns whether the request is of a metrics server */
  note({ recipient, form }: MetricsRequest): boolean {
    const { pmId, pid, token } = recipient;
    if (form.kind !== 'snapshot' || pid === undefined || token === undefined) return false;
    const { have, incarnation } = form;
    const known = this.servers.get(pmId);
    const got = known?.token === token ? known.got : 0;
    this.servers.delete(pmId);
    this.servers.set(pmId, { pid, token, have, incarnation, askedAt: performance.now(), got });
    for (const oldest of this.servers.keys()) {
      if (this.servers.size <= MAX_SERVERS) break;
      this.servers.delete(oldest);
    }
    return true;
  }

  /** Notes that these have got a snapshot of that generation. */
  noteGot(pmIds: readonly number[], generation: number): void {
    for (const pmId of pmIds) {
      const server = this.servers.get(pmId);
      if (server !== undefined) server.got = Math.max(server.got, generation);
    }
  }

  get areThere(): boolean {
    const from = performance.now() - LATELY_MS;
    return [...this.servers.values()].some(({ askedAt }) => askedAt >= from);
  }

  /** Those that are told if the event loop does not turn any more. */
  lately(latest: string | undefined): WatchedServer[] {
    const from = performance.now() - LATELY_MS;
    return [...this.servers]
      .filter(([, { askedAt }]) => askedAt >= from)
      .map(([pmId, { pid, token, have, incarnation, got }]) => ({
        ...{ pmId, pid, token, got },
        have: incarnation === latest && have.length <= MAX_RANGES ? have : [],
      }));
  }

  /** Those that do not have the numbers of the snapshot yet. */
  without(snapshot: Snapshot): LastRecipient[] {
    const from = performance.now() - LATELY_MS;
    const { generation, previous } = snapshot;
    const oldest = previous !== undefined && haveSameNumbers(snapshot, previous) ? previous.generation : generation;
    return [...this.servers]
      .filter(([, { askedAt, got }]) => askedAt >= from && got < oldest)
      .map(([pmId, { pid, token, have, incarnation }]) => ({
        pmId,
        pid,
        token,
        have: incarnation === snapshot.incarnation ? have : [],
      }));
  }
}
