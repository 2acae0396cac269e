/** The tasks that write and read the state file. */
import type { ClusterState } from './state';

/** A state file, and up to where it has been written and is intact. */
export interface StateFileEnd {
  readonly path: string;
  /** What tells it from another file that has got its name. */
  readonly dev: number;
  readonly ino: number;
  /** Bytes. */
  readonly size: number;
}

export type AppendResult =
  | { readonly ok: true; readonly end: StateFileEnd }
  /** `replaced`: the file is not there any more, or is another one. `failed`: it is as before. */
  | { readonly ok: false; readonly reason: 'replaced' | 'failed'; readonly message: string };

/**
 * Write states to a new file. Answered by a {@link SaveResult}, or by `STATE_FILE` if the system does not let it: then there is
 * no such file.
 */
export interface SaveTask {
  readonly kind: 'save';
  /** A file of that name is removed before. */
  readonly path: string;
  readonly apps: readonly { readonly app: string; readonly state: ClusterState }[];
}

export interface SaveResult {
  readonly ok: true;
  readonly kind: 'save';
  readonly end: StateFileEnd;
}

/**
 * Give a new file the name of the state file. Answered by a {@link ReplaceResult}, or by `STATE_FILE` if the system does not let
 * it: then the state file is as before, and the new one is removed.
 */
export interface ReplaceTask {
  readonly kind: 'replace';
  readonly draft: StateFileEnd;
  /** What has changed since the new file was written. */
  readonly changes: readonly {
    readonly app: string;
    readonly from: ClusterState | undefined;
    readonly to: ClusterState;
  }[];
  readonly path: string;
  /** Whether the file before is kept under another name. */
  readonly keepAside: boolean;
}

export interface ReplaceResult {
  readonly ok: true;
  readonly kind: 'replace';
  readonly end: StateFileEnd;
  /** The other name of the file before. */
  readonly aside: string | undefined;
}

/** Read a state file. Answered by a {@link LoadResult}. */
export interface LoadTask {
  readonly kind: 'load';
  readonly path: string;
}

export interface LoadResult {
  readonly ok: true;
  readonly kind: 'load';
  /** The file that the path leads to. */
  readonly path: string;
  /** Empty if there is no such file. */
  readonly states: readonly (readonly [app: string, state: ClusterState])[];
  /** Where to go on; `undefined` if the file has to be written anew. */
  readonly end: StateFileEnd | undefined;
  /** Bytes that the file would have if it had just been written anew, or fewer. */
  readonly wholeBytes: number;
  /** Sentences on what of the file could not be used. */
  readonly problems: readonly string[];
  /** Whether a part of the file could not be used: it is then kept under another name. */
  readonly keepAside: boolean;
  /** Why the file is left alone: it is not this server's, or cannot be read. */
  readonly refused: string | undefined;
}
