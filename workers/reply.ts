/** Answers requests for metrics: renders the snapshot once and sends it to each recipient through PM2's daemon. */
import type { ReplyResult, ReplyTask, TaskFailure } from '../protocol/tasks';
import type { PageCache } from './page-cache';
import { Daemon, DaemonError } from '../core/pm2/daemon';
import { resourceMetricsJson } from './resource-metrics';
import { encodeSnapshot } from '../core/wire/encode';
import { WIRE_VERSION } from '../core/wire/format';

/** Topic of the answers, the same as in the first version of this protocol. */
const TOPIC = 'returnMetrics';
/** PM2's daemon is found within this when it comes back. */
const MAX_PAUSE_MS = 5000;

export class Replier {
  private daemon: { readonly address: string; readonly connection: Daemon } | undefined;
  /** The last rendering, since successive requests mostly ask for the same. */
  private rendered: { readonly key: string; readonly body: Buffer } | undefined;

  constructor(private readonly pages: PageCache) {}

  async reply(task: ReplyTask): Promise<ReplyResult | TaskFailure> {
    const body = this.render(task);
    const daemon = this.connect(task);
    const undelivered: { pmId: number; message: string }[] = [];
    let delivered = 0;
    for (const [index, { pmId, request }] of task.recipients.entries()) {
      const head = Buffer.from(`{"id":${pmId},"topic":"${TOPIC}","from":${JSON.stringify(task.from)},"data":`);
      const tail = Buffer.from(request === undefined ? '}' : `,"request":${JSON.stringify(request)}}`);
      try {
        Atomics.store(task.served, 0, index + 1);
        await daemon.sendDataToProcessId([head, body, tail], task.timeoutMs);
        delivered++;
      } catch (error) {
        if (!(error instanceof DaemonError)) throw error;
        if (error.code === 'UNREACHABLE') return { ok: false, code: 'DAEMON_UNREACHABLE', message: error.message };
        undelivered.push({ pmId, message: error.message });
      }
    }
    return { ok: true, kind: 'reply', delivered, undelivered, bytes: body.length };
  }

  /** Drops the rendering of any other snapshot: it will not be asked for again. */
  keepOnly(key: string): void {
    if (this.rendered !== undefined && !this.rendered.key.startsWith(key)) this.rendered = undefined;
  }

  private render({ snapshot, form }: ReplyTask): Buffer {
    const key = `${snapshotKey(snapshot)} ${JSON.stringify(form)}`;
    if (this.rendered?.key === key) return this.rendered.body;
    this.rendered = undefined;
    const body = Buffer.from(
      form.kind === 'resource-metrics'
        ? resourceMetricsJson(snapshot, this.pages)
        : JSON.stringify({
            v: WIRE_VERSION,
            form: 'snapshot',
            incarnation: snapshot.incarnation,
            generation: snapshot.generation,
            pid: process.pid,
            payload: encodeSnapshot(snapshot, form.have),
          }),
    );
    this.rendered = { key, body };
    return body;
  }

  private connect(task: ReplyTask): Daemon {
    const address = JSON.stringify(task.daemon);
    if (this.daemon?.address !== address) {
      this.daemon?.connection.close();
      this.daemon = { address, connection: new Daemon(task.daemon, { maxPauseMs: MAX_PAUSE_MS }) };
    }
    return this.daemon.connection;
  }
}

export function snapshotKey({ incarnation, generation }: ReplyTask['snapshot']): string {
  return `${incarnation} ${generation}`;
}
