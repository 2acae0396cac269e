/** Collects the last numbers of a process that ends, and has a worker thread send them to the metrics servers. */
import type { Encoding } from '../../core/encoder/encoder';
import type { DaemonAddress } from '../../core/pm2/daemon-address';
import type { ResourceMetrics } from '../../core/otel';
import type { Snapshot } from '../../core/snapshot';
import type { LastTask } from '../../protocol/tasks';
import { isThenable, type CollectedData, type Collector } from '../collect/collector';
import type { MetricsSource } from '../collect/sources/source';
import type { Logger } from '../logger';
import type { ExporterPool } from '../pool/exporter-pool';
import type { ToldServers } from './told-servers';

export interface LastNumbersOptions {
  readonly source: MetricsSource;
  readonly encoder: Encoding;
  readonly collector: Collector;
  readonly pool: ExporterPool;
  readonly servers: ToldServers;
  /** The `pm_id` of this process. */
  readonly pmId: string;
  readonly daemon: DaemonAddress;
  readonly logger: Logger;
}

/** The end of a process is delayed by so much at the most. */
const END_MS = 300;
/** Tests put a longer time here, in milliseconds: a busy machine may not let a process run for as long as END_MS. */
const PATIENCE = Symbol.for('@mashroom/mashroom-monitoring-pm2-exporter patience at the end');

export class LastNumbers {
  private readonly endMs = (globalThis as { readonly [PATIENCE]?: number })[PATIENCE] ?? END_MS;
  /** Data that was collected when the event loop had nothing left to do. */
  private prepared: CollectedData | undefined;
  private hasPrepared = false;

  constructor(private readonly options: LastNumbersOptions) {}

  /** Whether the source gives its data at once, so that {@link sendNow} has all of it. */
  get isImmediate(): boolean {
    return this.options.collector.isImmediate;
  }

  /** Collects and sends before the call returns. For a process whose event loop does not turn any more. Never throws. */
  sendNow(): void {
    const { servers, logger } = this.options;
    try {
      if (!servers.areThere) return;
      const begin = performance.now();
      const snapshot = this.collectNow();
      const task = snapshot && this.taskFor(snapshot);
      if (task === undefined || this.post(task) === undefined) return;
      Atomics.wait(task.done, 0, 0, Math.max(1, begin + this.endMs - performance.now()));
    } catch (error) {
      logger.debug('The last numbers of this process could not be sent:', error);
    }
  }

  /** Collects and sends while the event loop turns. Resolves when that is done or takes too long; never rejects. */
  async send(): Promise<void> {
    const { collector, servers, logger } = this.options;
    if (!servers.areThere) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, this.endMs, undefined).unref();
    });
    const work = async (): Promise<void> => {
      await Promise.race([collector.refresh(performance.now(), { isLast: true }), late]);
      const task = collector.snapshot && this.taskFor(collector.snapshot);
      if (task !== undefined) await this.post(task);
    };
    await Promise.race([
      work().catch((error: unknown) => logger.debug('The last numbers of this process could not be sent:', error)),
      late,
    ]);
    clearTimeout(timer);
  }

  /**
   * Collects, for {@link sendNow}, what a source gives as a promise: if that needs no turn of the event loop, it is there
   * when the process exits. Only once: after a collection that needs turns, the event loop runs dry again, and the process
   * would never end.
   */
  prepare(): void {
    const { source, servers } = this.options;
    if (this.hasPrepared || !servers.areThere || this.isImmediate || source.collectNow !== undefined) return;
    this.hasPrepared = true;
    const time = Date.now();
    void Promise.resolve()
      .then(() => source.collect(source.provider()))
      .then(
        (data) => (this.prepared = { data: data as ResourceMetrics, time }),
        () => undefined,
      );
  }

  private collectNow(): Snapshot | undefined {
    const { encoder, collector, logger } = this.options;
    let latest = collector.snapshot;
    try {
      latest = encoder.finishNow()?.snapshot ?? latest;
      const since = latest?.time ?? 0;
      // What was collected before counts too: a source with deltas does not give it again.
      const before = [collector.unencoded, this.prepared].filter((one) => one !== undefined && one.time > since);
      for (const collected of [...before, this.dataNow()]) {
        if (collected !== undefined) latest = encoder.encodeNow({ ...collected, ...collector.timing }).snapshot;
      }
    } catch (error) {
      logger.debug('The last collection of this process has failed:', error);
    }
    return latest;
  }

  private dataNow(): CollectedData | undefined {
    const { source, collector } = this.options;
    const canCollect = source.collectNow !== undefined || collector.isImmediate;
    if (!canCollect || collector.timing.collectMs > this.endMs) return undefined;
    const time = Date.now();
    const provider = source.provider();
    const data = source.collectNow === undefined ? source.collect(provider) : source.collectNow(provider);
    if (isThenable(data)) {
      void Promise.resolve(data).catch(() => undefined);
      return undefined;
    }
    source.accept?.(data);
    return { data: data as ResourceMetrics, time };
  }

  private taskFor(snapshot: Snapshot): LastTask | undefined {
    const { servers, pmId, daemon } = this.options;
    const recipients = servers.without(snapshot);
    if (recipients.length === 0) return undefined;
    const done = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    return { kind: 'last', snapshot, servers: recipients, from: pmId, daemon, timeoutMs: this.endMs, done };
  }

  private post(task: LastTask): Promise<void> | undefined {
    const { pool, servers, logger } = this.options;
    const pmIds = task.servers.map(({ pmId }) => pmId);
    return pool.runBeside(task)?.then((result) => {
      if (result.ok) servers.noteGot(pmIds, task.snapshot.generation);
      else logger.debug(`The last numbers of this process were not sent: ${result.message}`);
    });
  }
}
