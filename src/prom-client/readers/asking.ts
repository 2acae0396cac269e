/** Calls what apps want to be called before their values are read (`collect()`), and waits for it up to a deadline. */
import type { Slicer, Sliced } from '../../../core/slicer';
import { failed, describe } from '../kinds/heads';
import type { Reader } from './metric-reader';

export class Asking {
  /** Metrics whose call has not ended. They are not called again until it has. */
  private readonly pending = new Set<object>();

  constructor(private readonly timeoutMs: number) {}

  /** @returns by reader, what is wrong with it: its metric cannot be read now */
  async askAll(readers: readonly Reader[], slicer: Slicer): Promise<Map<Reader, string>> {
    const troubles = new Map<Reader, string>();
    const waiting = new Map<Reader, Promise<void>>();
    await slicer.run(this.callAll(readers, troubles, waiting));
    if (waiting.size > 0) await this.wait(waiting, troubles);
    return troubles;
  }

  private *callAll(
    readers: readonly Reader[],
    troubles: Map<Reader, string>,
    waiting: Map<Reader, Promise<void>>,
  ): Sliced {
    for (const reader of readers) {
      const { metric } = reader;
      if (this.pending.has(metric)) {
        troubles.set(reader, this.lateness(reader));
        continue;
      }
      try {
        const result = reader.ask();
        if (!isThenable(result)) continue;
        this.pending.add(metric);
        waiting.set(reader, this.settled(reader, result, troubles, waiting));
      } catch (error) {
        troubles.set(reader, failed(metric, 'its collect() has failed', error));
      }
      yield;
    }
  }

  private async settled(
    reader: Reader,
    result: PromiseLike<unknown>,
    troubles: Map<Reader, string>,
    waiting: Map<Reader, Promise<void>>,
  ): Promise<void> {
    try {
      await result;
    } catch (error) {
      troubles.set(reader, failed(reader.metric, 'its collect() has failed', error));
    }
    this.pending.delete(reader.metric);
    waiting.delete(reader);
  }

  private async wait(waiting: Map<Reader, Promise<void>>, troubles: Map<Reader, string>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.timeoutMs).unref();
    });
    await Promise.race([Promise.all(waiting.values()), deadline]);
    clearTimeout(timer);
    for (const reader of waiting.keys()) troubles.set(reader, this.lateness(reader));
  }

  private lateness({ metric }: Reader): string {
    return describe(metric, `its collect() has not ended after ${this.timeoutMs} ms`);
  }
}

/**
 * Calls them without waiting: the process is ending. Functions that are `async` are not called.
 * @returns as {@link Asking.askAll}
 */
export function askAllNow(readers: readonly Reader[]): Map<Reader, string> {
  const troubles = new Map<Reader, string>();
  for (const reader of readers) {
    const { collect } = reader.metric;
    if (typeof collect === 'function' && collect.constructor.name === 'AsyncFunction') continue;
    try {
      const result = reader.ask();
      if (isThenable(result)) void result.then(undefined, () => undefined);
    } catch (error) {
      troubles.set(reader, failed(reader.metric, 'its collect() has failed', error));
    }
  }
  return troubles;
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as { then?: unknown }).then === 'function';
}
