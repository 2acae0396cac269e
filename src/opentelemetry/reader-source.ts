/** The source of a metric reader: collects deltas from OpenTelemetry's SDK, and loses none of them. */
import type { HrTime, ResourceMetrics, ScopeMetrics } from '../../core/otel';
import { Slicer, type Sliced } from '../../core/slicer';
import { StateLog } from '../../core/state-log';
import { messageOf } from '../../core/values';
import { settlesWithin } from '../collect/sources/deadline';
import { resourceSettled } from '../collect/sources/resource';
import type { MetricsSource } from '../collect/sources/source';
import type { Logger } from '../logger';
import { hoardedFor } from './hoards';
import { KnownInstruments } from './known-instruments';
import { withMaxSizes } from './max-sizes';
import { sdkStateOf, type SdkCollector, type SdkResult, type SdkState } from './sdk-state';
import { SlicedCollection } from './sliced-collection';
import { Taken } from './taken';
import { withAllPoints } from './taken-deltas';

/** For callbacks of observable instruments. Less than what the collector waits before it reports a source as hanging. */
const CALLBACKS_MS = 10_000;
/** Observable instruments with more series are left out of a collection at the end of the process. */
const MAX_OBSERVED_AT_END = 10_000;

const CALLBACKS = {
  name: 'Observing OpenTelemetry instruments',
  consequence: 'so metrics of such callbacks keep their last numbers',
};

export interface ReaderSourceOptions {
  readonly logger: Logger;
  /** Whether collections are cut into slices, where the SDK has the shape that was tested. */
  readonly sliced: boolean;
  readonly callbacksMs?: number;
  /** Called when the exporter has stopped. */
  readonly onRelease?: () => void;
}

export class ReaderSource implements MetricsSource {
  readonly accumulates = true;
  private readonly taken = new Taken();
  private readonly states: StateLog;
  private readonly slicer = new Slicer();
  private collector: SdkCollector | undefined;
  private sdk: SdkState | undefined;
  private sliced: SlicedCollection | undefined;
  private resource: SdkResult['resourceMetrics']['resource'] = { attributes: {} };
  /** One collection at a time: resolves when the last one has ended. */
  private queue: Promise<unknown> = Promise.resolve();
  /** Makes data points of deltas and, in its last step, adds them to `taken`. {@link takeNow} may do steps of it too. */
  private work: Sliced | undefined;
  private readonly told = new Set<string>();

  constructor(private readonly options: ReaderSourceOptions) {
    this.states = new StateLog(options.logger);
  }

  /** @param collector what the SDK gives a reader */
  bind(collector: SdkCollector): void {
    this.collector = collector;
    this.sdk = sdkStateOf(collector);
    if (this.options.sliced && this.sdk !== undefined) {
      this.sliced = new SlicedCollection(collector, (reason) => this.debugOnce(reason));
    }
  }

  provider(): object {
    if (this.collector === undefined) throw new Error('the Pm2MetricReader was not given to a MeterProvider');
    return this.collector;
  }

  async collect(): Promise<unknown> {
    await this.take();
    return this.taken.handOver(this.resource);
  }

  /** @throws Error where the SDK can only be asked for a promise */
  collectNow(): unknown {
    this.takeNow();
    return this.taken.handOver(this.resource);
  }

  accept(handed: unknown): void {
    this.taken.accept(handed);
  }

  /**
   * Hands over all that was taken, for good.
   * @returns `undefined` where nothing was taken since the last time
   */
  drain(): ResourceMetrics | undefined {
    if (this.taken.isEmpty) return undefined;
    const handed = this.taken.handOver(this.resource);
    this.taken.accept(handed);
    return handed;
  }

  /** The resource, as the last collection had it. */
  get currentResource(): ResourceMetrics['resource'] {
    return this.resource;
  }

  /** The instruments that the SDK knows now. */
  instruments(): KnownInstruments {
    return new KnownInstruments(this.sdk, this.collector);
  }

  /** Takes now, in one go. @throws Error where the SDK can only be asked for a promise */
  takeNow(): void {
    const { sdk, sliced } = this;
    if (sdk === undefined || sliced?.isPossible(sdk) !== true) throw new Error('the SDK collects asynchronously only');
    // What is under way first: its deltas are older.
    if (this.work !== undefined) finish(this.work);
    this.resource = sdk.resource;
    finish(this.keep(sliced.take(sdk, now(), MAX_OBSERVED_AT_END)));
  }

  release(): void {
    this.options.onRelease?.();
  }

  /** Collects, beside the exporter's own collections. What it takes is in the exporter's next collection as well. */
  take(): Promise<SdkResult> {
    const taking = this.queue.then(() => this.takeOnce());
    this.queue = taking.then(nothing, nothing);
    return taking;
  }

  /** The same for others than the encoder. */
  async takeWhole(): Promise<SdkResult> {
    return this.slicer.run(withAllPoints(await this.take()));
  }

  private async takeOnce(): Promise<SdkResult> {
    const collector = this.provider() as SdkCollector;
    const { sdk, sliced } = this;
    const isSliced = sdk !== undefined && sliced?.isPossible(sdk) === true;
    if (this.options.sliced && !isSliced) this.debugOnce('this version of it has another shape than those tested');
    const result = isSliced ? await this.takeSliced(sdk, sliced) : await this.takeInOneGo(collector);
    this.resource = result.resourceMetrics.resource;
    await resourceSettled(this.resource);
    if (sdk !== undefined) this.warnOfHoards(sdk, collector);
    return result;
  }

  private async takeInOneGo(collector: SdkCollector): Promise<SdkResult> {
    const result = await collector.collect({ timeoutMillis: this.options.callbacksMs ?? CALLBACKS_MS });
    const { scopeMetrics } = result.resourceMetrics;
    this.taken.add(this.sdk === undefined ? scopeMetrics : withMaxSizes(scopeMetrics, this.sdk, collector));
    this.reportCallbacks(result.errors ?? []);
    return result;
  }

  private async takeSliced(sdk: SdkState, sliced: SlicedCollection): Promise<SdkResult> {
    const time = now();
    const errors = await this.observe(sdk, time);
    let scopeMetrics: readonly ScopeMetrics[] = [];
    // This is the moment of the collection.
    const work = this.keep(sliced.take(sdk, time), (made) => (scopeMetrics = made));
    this.work = work;
    // Where nothing was recorded, that is all.
    if (work.next().done !== true) {
      await this.slicer.rest();
      await this.slicer.run(work);
    }
    if (this.work === work) this.work = undefined;
    return { resourceMetrics: { resource: sdk.resource, scopeMetrics }, errors };
  }

  /** The last step of the work is to keep what it has made. */
  private *keep(work: Sliced<readonly ScopeMetrics[]>, onMade?: (made: readonly ScopeMetrics[]) => void): Sliced {
    const made = yield* work;
    this.taken.add(made);
    onMade?.(made);
  }

  /** Calls the callbacks of observable instruments. @returns what they have thrown */
  private async observe({ meterSharedStates }: SdkState, time: HrTime): Promise<readonly unknown[]> {
    const observing: Promise<readonly unknown[]>[] = [];
    for (const { observableRegistry: registry } of meterSharedStates.values()) {
      if (registry._callbacks.length + registry._batchCallbacks.length > 0) observing.push(registry.observe(time));
    }
    if (observing.length === 0) return [];
    const ms = this.options.callbacksMs ?? CALLBACKS_MS;
    const errors: unknown[] = [];
    for (const one of observing)
      void one.then(
        (thrown) => errors.push(...thrown),
        (error: unknown) => errors.push(error),
      );
    const inTime = await settlesWithin(Promise.all(observing), ms);
    if (!inTime) errors.push(new Error(`a callback has not ended within ${ms / 1000} s`));
    this.reportCallbacks(errors);
    return errors;
  }

  private reportCallbacks(errors: readonly unknown[]): void {
    this.states.report(CALLBACKS, errors.length === 0 ? undefined : `a callback fails: ${messageOf(errors[0])}`);
  }

  private warnOfHoards(sdk: SdkState, collector: SdkCollector): void {
    const times = hoardedFor(sdk, collector);
    if (times === 0) return;
    this.states.warnOnce(
      'hoard',
      `OpenTelemetry keeps ${times} collections of each instrument with a view for another MetricReader, which does not ` +
        'collect, and the process grows. Remove that reader from the MeterProvider, or let it collect',
    );
  }

  private debugOnce(reason: string): void {
    if (this.told.has(reason)) return;
    this.told.add(reason);
    this.options.logger.debug(`OpenTelemetry's SDK collects without slices: ${reason}`);
  }
}

function finish(work: Sliced): void {
  while (work.next().done !== true);
}

function now(): HrTime {
  const ms = Date.now();
  return [Math.trunc(ms / 1000), Math.round((ms % 1000) * 1e6)];
}

/** For the queue, which waits for the end of a collection and is not to keep what it has given. */
const nothing = (): undefined => undefined;
