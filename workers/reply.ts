/** Answers requests for metrics: writes the answer once and sends it to each recipient through PM2's daemon. */
import type { Snapshot } from '../core/snapshot';
import type { PageRange } from '../core/wire/format';
import type { ReplyResult, ReplyTask, TaskFailure, Undelivered } from '../protocol/tasks';
import { lengthOf, TooLargeError } from '../core/pieces';
import { DaemonError } from '../core/pm2/daemon';
import { encodePieces } from '../core/wire/encode';
import { WIRE_VERSION } from '../core/wire/format';
import type { Outbox } from './outbox';
import type { PageCache } from './page-cache';
import { leastBytes, plainPieces } from './plain-form';

/** Topic of the answers, the same as in the first version of this protocol. */
const TOPIC = 'returnMetrics';
/**
 * A larger answer in the plain form is refused. PM2's daemon reads an answer into one string and parses it, and so does the
 * asker. This is some 400,000 series, for which each of the two then holds about half a gigabyte. The compact form of the
 * same series is a tenth of it.
 */
const MAX_PLAIN_BYTES = 64 * 1024 * 1024;
/** A larger answer in the compact form is refused: PM2's daemon would fail, since no string in V8 is longer than 512 MiB. */
const MAX_COMPACT_BYTES = 256 * 1024 * 1024;

export class Replier {
  /** Kept, since successive requests mostly ask for the same. */
  private last: { readonly key: string; readonly body: readonly Buffer[] | Refusal } | undefined;

  constructor(
    private readonly pages: PageCache,
    private readonly outbox: Outbox,
  ) {}

  async reply(task: ReplyTask): Promise<ReplyResult | TaskFailure> {
    const body = this.bodyFor(task);
    if (body instanceof Refusal) return { ok: false, code: 'TOO_LARGE', message: body.message };
    const undelivered: Undelivered[] = [];
    const refused = new Set<number>();
    for (const [index, { pmId, request, token, pid }] of task.recipients.entries()) {
      if (refused.has(pmId)) {
        undelivered.push({ pmId, message: 'the answer before this one was refused', refused: false });
        continue;
      }
      const head = Buffer.from(`{"id":${pmId},"topic":"${TOPIC}","from":${JSON.stringify(task.from)},"data":`);
      const echoed = JSON.stringify({ request, token });
      const tail = Buffer.from(echoed === '{}' ? '}' : `,${echoed.slice(1)}`);
      try {
        const note = (): void => void Atomics.store(task.served, 0, index + 1);
        const packet = [head, ...body, tail];
        const sent = await this.outbox.send({ pmId, pid }, packet, task.daemon, task.timeoutMs, note);
        if (!sent) undelivered.push({ pmId, message: `its process ${pid} has ended`, refused: false });
      } catch (error) {
        if (!(error instanceof DaemonError)) throw error;
        if (error.code === 'UNREACHABLE') return { ok: false, code: 'DAEMON_UNREACHABLE', message: error.message };
        refused.add(pmId);
        undelivered.push({ pmId, message: error.message, refused: true });
      }
    }
    return { ok: true, kind: 'reply', undelivered };
  }

  /** Drops the answer from any other snapshot: it will not be asked for again. */
  keepOnly(key: string): void {
    if (this.last !== undefined && !this.last.key.startsWith(key)) this.last = undefined;
  }

  private bodyFor({ snapshot, form }: ReplyTask): readonly Buffer[] | Refusal {
    const key = `${snapshotKey(snapshot)} ${JSON.stringify(form)}`;
    if (this.last?.key === key) return this.last.body;
    this.last = undefined;
    const body = form.kind === 'plain' ? this.plain(snapshot) : compact(snapshot, form.have);
    this.last = { key, body };
    return body;
  }

  private plain(snapshot: Snapshot): Buffer[] | Refusal {
    const refusal = new Refusal(
      `a plain answer to getMetrics would be larger than ${MAX_PLAIN_BYTES >> 20} MiB (${snapshot.stats.series} series), which ` +
        "PM2's daemon and the asker would each hold several times: ask for the compact form (docs/protocol.md), as the " +
        'metrics server does',
    );
    if (leastBytes(snapshot) > MAX_PLAIN_BYTES) return refusal;
    try {
      return plainPieces(snapshot, this.pages, MAX_PLAIN_BYTES);
    } catch (error) {
      if (error instanceof TooLargeError) return refusal;
      throw error;
    }
  }
}

/** An answer that is not made, and why. */
export class Refusal {
  constructor(readonly message: string) {}
}

export function compact(snapshot: Snapshot, have: readonly PageRange[]): Buffer[] | Refusal {
  const { incarnation, generation } = snapshot;
  const payload = encodePieces(snapshot, have);
  if (lengthOf(payload) > MAX_COMPACT_BYTES) {
    return new Refusal(
      `an answer in the compact form would be larger than ${MAX_COMPACT_BYTES >> 20} MiB (${snapshot.stats.series} series), ` +
        "which PM2's daemon cannot pass on: set maxSeries to a smaller number",
    );
  }
  const head = JSON.stringify({ v: WIRE_VERSION, form: 'snapshot', incarnation, generation, pid: process.pid });
  return [Buffer.from(`${head.slice(0, -1)},"payload":"`), ...payload, Buffer.from('"}')];
}

export function snapshotKey({ incarnation, generation }: ReplyTask['snapshot']): string {
  return `${incarnation} ${generation}`;
}
