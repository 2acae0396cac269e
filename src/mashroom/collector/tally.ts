/**
 * What the collector has counted in the life of the process: OpenTelemetry's MeterProvider, our reader, and the encoder that
 * adds up what the reader collects. It outlives reloads of the collector and of the exporter.
 *
 * ```
 * MeterProvider ─▶ ReaderSource ─▶ SnapshotEncoder ─┬─▶ exporter
 *                  (deltas)        (adds up)        └─▶ getOpenTelemetryResourceMetrics()
 * ```
 *
 * Several may ask. Whichever of them encodes takes all deltas that wait, so that each is added once.
 */
import type { Collected, Encoded, SnapshotEncoder } from '../../../core/encoder/encoder';
import type { ResourceMetrics } from '../../../core/otel';
import { Slicer } from '../../../core/slicer';
import { StateLog } from '../../../core/state-log';
import { warnOfOverflow } from '../../collect/overflow';
import type { MetricsSource } from '../../collect/sources/source';
import type { Logger } from '../../logger';
import type { ReaderSource } from '../../opentelemetry/reader-source';
import { TALLY_VERSION, type SharedTally, type TallyPart } from '../found-tally';
import type { Instruments } from './instruments';
import { resourceMetricsOf } from './resource-metrics';
import type { SdkMeterProvider } from './sdk';

export interface TallyOptions {
  readonly provider: SdkMeterProvider;
  readonly source: ReaderSource;
  readonly encoder: SnapshotEncoder;
  readonly instruments: Instruments;
  readonly logger: Logger;
  /** How long an answer that is built may hold the event loop at a time, in milliseconds. */
  readonly sliceMs?: number;
}

export class Tally implements SharedTally {
  readonly tallyVersion = TALLY_VERSION;
  private readonly slicer: Slicer;
  private readonly states: StateLog;
  /** One snapshot is encoded at a time: resolves when the last one has ended. */
  private queue: Promise<unknown> = Promise.resolve();
  private last: Encoded | undefined;
  /** What the exporter says of itself, for snapshots that are not made for it. */
  private timing = { intervalMs: 0, collectMs: 0 };

  constructor(private readonly options: TallyOptions) {
    this.slicer = new Slicer(options.sliceMs);
    this.states = new StateLog(options.logger);
  }

  get provider(): SdkMeterProvider {
    return this.options.provider;
  }

  get instruments(): Instruments {
    return this.options.instruments;
  }

  /** Collects, and makes what a reader with cumulative temporality would have collected. */
  async resourceMetrics(): Promise<ResourceMetrics> {
    const { source, encoder } = this.options;
    const { resourceMetrics } = await source.take();
    const { snapshot, problems, overflowed, leftOut } = await this.encode({
      data: { resource: resourceMetrics.resource, scopeMetrics: [] },
      time: Date.now(),
      isInterim: true,
      ...this.timing,
    });
    const release = encoder.hold(snapshot);
    try {
      const losses = leftOut > 0 ? [`${leftOut} series are beyond maxSeries`] : [];
      this.states.warnAlike('Not all metrics are collected', [...problems, ...losses]);
      warnOfOverflow(overflowed, this.states);
      return await this.slicer.run(resourceMetricsOf(snapshot, resourceMetrics.resource, source.instruments()));
    } finally {
      release();
    }
  }

  /** @returns what one exporter collects from and encodes with */
  attach(): TallyPart {
    const { source, encoder } = this.options;
    // The exporter answers requests from its latest snapshot, while others may be encoded that it does not know.
    let release = (): void => undefined;
    let isReleased = false;
    const keep = (encoded: Encoded): Encoded => {
      // It was under way when the exporter stopped.
      if (isReleased) return encoded;
      const former = release;
      release = encoder.hold(encoded.snapshot);
      former();
      return encoded;
    };
    // What is collected stays with the reader until it is encoded: the exporter gets a receipt in its place.
    const receipt = (): ResourceMetrics => ({ resource: source.currentResource, scopeMetrics: [] });
    const ofExporter: MetricsSource = {
      accumulates: true,
      provider: () => source.provider(),
      collect: () => source.take().then(receipt),
      collectNow: () => {
        source.takeNow();
        return receipt();
      },
      release: () => {
        isReleased = true;
        release();
      },
    };
    return {
      source: ofExporter,
      encoder: {
        encode: async (collected) => {
          this.timing = { intervalMs: collected.intervalMs, collectMs: collected.collectMs };
          return this.encode(collected, keep);
        },
        get encodingMs() {
          return encoder.encodingMs;
        },
        encodeNow: (collected) => this.encodeNow(collected),
        finishNow: () => encoder.finishNow(),
        endInterval: () => encoder.endInterval(),
        hold: (snapshot) => encoder.hold(snapshot),
      },
    };
  }

  private encode(collected: Collected, onEncoded = (encoded: Encoded): Encoded => encoded): Promise<Encoded> {
    const encoding = this.queue.then(async () => onEncoded(await this.encodeNext(collected)));
    this.queue = encoding.catch(() => undefined);
    return encoding;
  }

  private async encodeNext(collected: Collected): Promise<Encoded> {
    const data = this.options.source.drain();
    if (data === undefined && this.last !== undefined) return this.again(this.last, collected);
    return this.note(await this.options.encoder.encode({ ...collected, data: data ?? collected.data }));
  }

  private encodeNow(collected: Collected): Encoded {
    const data = this.options.source.drain();
    if (data === undefined && this.last !== undefined) return this.again(this.last, collected);
    return this.note(this.options.encoder.encodeNow({ ...collected, data: data ?? collected.data }));
  }

  /** All that was collected is in the last snapshot already: it was encoded together with what others had collected. */
  private again(last: Encoded, { isInterim = false }: Collected): Encoded {
    if (!isInterim) this.options.encoder.endInterval();
    return { ...last, leftOut: 0, forgotten: 0, malformed: 0, problems: [], overflowed: [] };
  }

  private note(encoded: Encoded): Encoded {
    // What was under way when a later snapshot was encoded in one go ends after it.
    if (encoded.snapshot.generation > (this.last?.snapshot.generation ?? 0)) this.last = encoded;
    return encoded;
  }
}
