/**
 * The instruments of the collector's service by their names, in the life of the process. A name is of one kind: whatever
 * asks for it as another kind gets nothing, and the log says so.
 */
import type { Counter, Histogram, Meter, ObservableCounter, ObservableGauge } from '@opentelemetry/api';
import { messageOf, printable } from '../../../core/values';
import type { Logger } from '../../logger';

export interface Kinds {
  counter: Counter;
  histogram: Histogram;
  'observable-counter': ObservableCounter;
  'observable-gauge': ObservableGauge;
}

interface Known {
  readonly kind: keyof Kinds;
  readonly instrument: Kinds[keyof Kinds];
}

/** Different faults that are logged. */
const MAX_TOLD = 100;
const MAX_NAME_CHARS = 200;

export class Instruments {
  private readonly known = new Map<string, Known>();
  private readonly told = new Set<string>();

  constructor(
    readonly meter: Meter,
    private readonly logger: Pick<Logger, 'error'>,
  ) {}

  /** @returns `undefined` where the name is one of another kind, or the SDK refuses it */
  get<Kind extends keyof Kinds>(
    kind: Kind,
    name: string,
    create: (meter: Meter) => Kinds[Kind],
  ): Kinds[Kind] | undefined {
    let known = this.known.get(name);
    if (known === undefined) {
      try {
        known = { kind, instrument: create(this.meter) };
      } catch (error) {
        this.tell(name, `cannot be made: ${messageOf(error)}`);
        return undefined;
      }
      this.known.set(name, known);
    }
    if (known.kind === kind) return known.instrument as Kinds[Kind];
    this.tell(name, `exists already as ${known.kind}, so that what is recorded as ${kind} is lost. Use another name`);
    return undefined;
  }

  /** Logs each fault once: it may occur in each request. */
  private tell(name: string, fault: string): void {
    const line = `The metric ${printable(name, MAX_NAME_CHARS)} ${fault}`;
    if (this.told.has(line) || this.told.size >= MAX_TOLD) return;
    this.told.add(line);
    this.logger.error(line);
  }
}
