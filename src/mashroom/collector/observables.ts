/** Callbacks of plugins that tell the values of their metrics when a collection asks. They may throw, or never end. */
import type { BatchObservableCallback, Meter, Observable } from '@opentelemetry/api';
import { messageOf } from '../../../core/values';
import { settlesWithin } from '../../collect/sources/deadline';
import type { Logger } from '../../logger';

type Labels = Record<string, string | number>;

interface Settable {
  readonly openTelemetryMetric?: Observable;
  set(value: number, labels?: Labels): void;
}

type FindMetric = (name: string, help: string) => Settable;

/** What a callback gets. */
interface ObservingService {
  readonly counter: FindMetric;
  readonly gauge: FindMetric;
}

export type ObservableCallback = (service: ObservingService) => unknown;

export interface CallbackRef {
  removeCallback(): void;
}

type Find = (name: string, help: string) => Observable | undefined;

/** How long the first call of a callback is waited for: as long as a collection waits for a later one. */
const FIRST_CALL_MS = 2500;

const NO_METRIC: Settable = Object.freeze({ set: () => undefined });

export class Observables {
  private readonly removals = new Set<() => void>();
  private isShut = false;

  constructor(
    private readonly meter: Meter,
    private readonly find: Readonly<Record<keyof ObservingService, Find>>,
    private readonly logger: Pick<Logger, 'error'>,
  ) {}

  async add(callback: ObservableCallback): Promise<CallbackRef> {
    const observables = new Set<Observable>();
    // The first call only tells which metrics there are.
    const learning = this.serviceFor((observable) => {
      observables.add(observable);
      return () => undefined;
    });
    let failure: string | undefined;
    const call = (async () => await callback(learning))().catch((error: unknown) => (failure = messageOf(error)));
    const inTime = await settlesWithin(call, FIRST_CALL_MS);
    if (failure !== undefined) {
      this.logger.error(`An observable callback fails, so its metrics are missing: ${failure}`);
    } else if (!inTime) {
      this.logger.error('An observable callback does not end, so some of its metrics may be missing');
    }
    if (failure !== undefined || observables.size === 0 || this.isShut) return { removeCallback: () => undefined };
    return this.register(this.batchCallback(callback), [...observables]);
  }

  removeAll(): void {
    this.isShut = true;
    for (const remove of this.removals) remove();
  }

  private register(batch: BatchObservableCallback, observables: Observable[]): CallbackRef {
    this.meter.addBatchObservableCallback(batch, observables);
    const remove = (): void => {
      if (this.removals.delete(remove)) this.meter.removeBatchObservableCallback(batch, observables);
    };
    this.removals.add(remove);
    return { removeCallback: remove };
  }

  /** A call that has not ended is not made again: collections would wait for each of them. */
  private batchCallback(callback: ObservableCallback): BatchObservableCallback {
    let isCalled = false;
    return async (result) => {
      if (isCalled) return;
      isCalled = true;
      try {
        const service = this.serviceFor((observable) => (value, labels) => result.observe(observable, value, labels));
        await callback(service);
      } finally {
        isCalled = false;
      }
    };
  }

  private serviceFor(setterOf: (observable: Observable) => Settable['set']): ObservingService {
    const metric = (find: Find): FindMetric => {
      return (name, help) => {
        const observable = find(name, help);
        if (observable === undefined) return NO_METRIC;
        return { openTelemetryMetric: observable, set: setterOf(observable) };
      };
    };
    return { counter: metric(this.find.counter), gauge: metric(this.find.gauge) };
  }
}
