/** A source of metrics that reads registries of prom-client and its successors in slices. */
import type { ResourceMetrics } from '../../core/otel';
import { Slicer } from '../../core/slicer';
import type { StateLog } from '../../core/state-log';
import { messageOf } from '../../core/values';
import type { MetricsSource } from '../collect/sources/source';
import { Asking, askAllNow } from './readers/asking';
import { failed } from './kinds/heads';
import { boundOf } from './readers/listing';
import type { Reader, Reading } from './readers/metric-reader';
import { RegistryReader, type Findings } from './readers/registry-reader';
import { UnknownShape, type ForeignRegistry } from './kinds/shapes';

const RESOURCE = { attributes: {} };
const NOTHING_FOUND = 'No registry of prom-client was given to promClientSource(): pass one, such as "register"';

/** One collection under way. */
interface Pass extends Findings {
  readonly reading: Reading;
  readonly registries: ReadonlyMap<Reader, RegistryReader>;
  /** Readers whose metrics are not shown in this collection. */
  readonly without: Set<Reader>;
}

export class PromClientSource implements MetricsSource {
  readonly name = 'prom-client';
  private readonly registries: readonly RegistryReader[];
  private readonly asking: Asking;
  /** One collection at a time, since all have the same data points. */
  private last: Promise<unknown> = Promise.resolve();
  private readonly end: [seconds: number, nanos: number] = [0, 0];

  constructor(
    registries: readonly ForeignRegistry[],
    private readonly states: StateLog,
    timeoutMs: number,
  ) {
    this.registries = registries.map((registry) => new RegistryReader(registry));
    this.asking = new Asking(timeoutMs);
  }

  provider(): object {
    if (this.registries.length === 0) throw new Error(NOTHING_FOUND);
    return this.registries;
  }

  collect(): Promise<ResourceMetrics> {
    const collected = this.last.then(() => this.collectInSlices());
    this.last = collected.catch(() => undefined);
    return collected;
  }

  collectNow(): ResourceMetrics {
    const pass = this.begin(true);
    this.leaveOut(askAllNow([...pass.registries.keys()]), pass);
    for (const reader of pass.registries.keys()) {
      if (pass.without.has(reader)) continue;
      try {
        reader.begin(pass.reading);
        const work = reader.read(pass.reading);
        while (work.next().done !== true);
      } catch (error) {
        this.drop(reader, error, pass);
      }
    }
    return this.finish(pass);
  }

  private async collectInSlices(): Promise<ResourceMetrics> {
    const slicer = new Slicer();
    await slicer.rest();
    const pass = this.begin(false);
    this.leaveOut(await this.asking.askAll([...pass.registries.keys()], slicer), pass);
    for (const reader of pass.registries.keys()) {
      if (!pass.without.has(reader)) await this.read(reader, pass, slicer);
    }
    return this.finish(pass);
  }

  private begin(isFinal: boolean): Pass {
    const findings = { problems: [], slow: [] };
    const registries = new Map<Reader, RegistryReader>();
    const seen = new Set<object>();
    for (const registry of this.registries) {
      try {
        for (const reader of registry.refresh(seen, findings)) registries.set(reader, registry);
      } catch (error) {
        this.states.warnAlike('A registry of prom-client is not exported', [messageOf(error)]);
        registry.clear();
      }
    }
    const now = Date.now();
    const start = [Math.floor(now / 1000), (now % 1000) * 1e6] as const;
    [this.end[0], this.end[1]] = start;
    let keys = 0;
    for (const reader of registries.keys()) keys += reader.keys;
    const reading = { start, end: this.end, isFinal, bound: boundOf(keys) };
    return { ...findings, reading, registries, without: new Set() };
  }

  private async read(reader: Reader, pass: Pass, slicer: Slicer): Promise<void> {
    try {
      if (reader.begin(pass.reading)) await slicer.rest();
      await slicer.run(reader.read(pass.reading));
    } catch (error) {
      const other = this.drop(reader, error, pass);
      if (other === undefined) return;
      this.leaveOut(await this.asking.askAll([other], slicer), pass);
      if (!pass.without.has(other)) await this.read(other, pass, slicer);
    }
  }

  /** @returns the reader that takes its place, where there is one */
  private drop(reader: Reader, error: unknown, pass: Pass): Reader | undefined {
    const registry = pass.registries.get(reader);
    pass.without.add(reader);
    if (error instanceof UnknownShape && registry !== undefined) {
      pass.slow.push(failed(reader.metric, 'it is not as in known versions', error));
      return registry.readSlowly(reader);
    }
    pass.problems.push(failed(reader.metric, 'reading it has failed', error));
    registry?.drop(reader);
    return undefined;
  }

  private leaveOut(troubles: ReadonlyMap<Reader, string>, { without, problems }: Pass): void {
    for (const [reader, trouble] of troubles) {
      without.add(reader);
      problems.push(trouble);
    }
  }

  private finish(pass: Pass): ResourceMetrics {
    const scopeMetrics = this.registries.map((registry) => registry.data(pass.without, pass));
    this.states.warnAlike('A metric of prom-client is not exported', pass.problems);
    this.states.warnAlike('Metrics are read by get(), which takes longer', pass.slow);
    return { resource: RESOURCE, scopeMetrics };
  }
}
