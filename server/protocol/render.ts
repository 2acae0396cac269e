/** The task that renders an exposition, and the chunks that come of it. */
import type { Dropped } from './dropped';
import type { ExtraLabels } from './labels';
import type { Loan } from './loan';
import type { Snapshot } from '../../core/snapshot';

/** A snapshot with labels that all its series get. */
export interface LabelledSnapshot {
  readonly snapshot: Snapshot;
  readonly labels: ExtraLabels;
  /** Of the run, in milliseconds since the epoch: if a name has several types, that of the latest run is shown. */
  readonly startedAt?: number;
}

export type Format = 'text' | 'openmetrics' | 'protobuf';

/**
 * Render labelled snapshots as one exposition, in which each family is one group of lines. Answered by a
 * {@link RenderResult} after the last chunk.
 */
export interface RenderTask {
  readonly kind: 'render';
  /** `instance`: one snapshot without labels. In `text` it is byte for byte what the official serializer renders. */
  readonly view: 'all' | 'instance';
  readonly snapshots: readonly LabelledSnapshot[];
  readonly format: Format;
  /**
   * Where chunks go: `Uint8Array`s, most of them of 32 KiB or more, and `null` behind the last one. The worker waits for no
   * reader.
   */
  readonly port: ChunkPort;
  /**
   * Of the chunks in shared memory: the receiver ends the loan when it has read them. A rendering whose loan is over ends. Other
   * chunks are transferred.
   */
  readonly loan: Loan;
}

/** The part of a `MessagePort` of `node:worker_threads` that is used here. */
export interface ChunkPort {
  postMessage(chunk: Uint8Array | null, transfer?: readonly ArrayBuffer[]): void;
  close(): void;
}

export interface RenderResult {
  readonly ok: true;
  readonly kind: 'render';
  /** Sentences for the log: what was left out, and why. */
  readonly warnings: readonly string[];
  /** The same, counted: one entry for each reason and labels. */
  readonly dropped: readonly Dropped[];
}
