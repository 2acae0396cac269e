/**
 * Keeps the cluster's sums in a file, so that they do not drop when this server is restarted.
 *
 * ```
 * {"format":"pm2-metrics-state","v":1,"apps":[["shop",1234],["api",567]]} and a line feed
 * 1234 bytes of shop, 567 bytes of api, as a worker has written them
 * ```
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../../core/values';
import type { ClusterState } from '../protocol/tasks';
import type { ClusterPool } from './cluster-pool';

export interface StateStoreOptions {
  /** `undefined`: nothing is saved. */
  readonly file: string | undefined;
  readonly pool: ClusterPool;
}

const FORMAT = 'pm2-metrics-state';
const VERSION = 1;
const LINE_FEED = 10;

type States = ReadonlyMap<string, ClusterState>;

export interface Loaded {
  /** By app; empty if there is no such file. */
  readonly states: Map<string, ClusterState>;
  /** What is wrong with the file, or with one app's part of it: the other parts are loaded all the same. */
  readonly problems: readonly Error[];
}

export class StateStore {
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: StateStoreOptions) {}

  /** Never rejects. */
  async load(): Promise<Loaded> {
    const states = new Map<string, ClusterState>();
    const problems: Error[] = [];
    try {
      for (const [app, bytes] of partsOf(await this.read())) {
        try {
          states.set(app, (await this.options.pool.run({ kind: 'load', bytes })).state);
        } catch (error) {
          problems.push(new Error(`App ${JSON.stringify(app)}: ${messageOf(error)}`, { cause: error }));
        }
      }
    } catch (error) {
      problems.push(new Error(`${this.options.file}: ${messageOf(error)}`, { cause: error }));
    }
    return { states, problems };
  }

  /**
   * Calls are done one after the other. An interrupted one leaves the file as it was before. Rejects if the file cannot be
   * written.
   */
  save(states: States): Promise<void> {
    this.writing = this.writing.catch(() => undefined).then(() => this.write(states));
    return this.writing;
  }

  private async read(): Promise<Buffer | undefined> {
    if (this.options.file === undefined) return undefined;
    try {
      return await readFile(this.options.file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  private async write(states: States): Promise<void> {
    const { file, pool } = this.options;
    if (file === undefined) return;
    const apps: [app: string, bytes: number][] = [];
    const parts: Uint8Array[] = [];
    for (const [app, state] of states) {
      const { bytes } = await pool.run({ kind: 'save', state });
      apps.push([app, bytes.length]);
      parts.push(bytes);
    }
    const head = Buffer.from(`${JSON.stringify({ format: FORMAT, v: VERSION, apps })}\n`);
    await mkdir(dirname(file), { recursive: true });
    // The flush comes before the rename: after a power failure, a file of this name is complete.
    await writeFile(`${file}.new`, [head, ...parts], { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
  }
}

/** @throws Error that says what is wrong with the bytes */
function partsOf(bytes: Buffer | undefined): [app: string, part: Uint8Array][] {
  if (bytes === undefined) return [];
  let at = bytes.indexOf(LINE_FEED) + 1;
  return headOf(bytes.subarray(0, at)).map(([app, length]) => {
    if (at + length > bytes.length) throw new Error('it is incomplete');
    // A copy: posting a part of a buffer to a thread posts the whole buffer.
    const part = new Uint8Array(bytes.subarray(at, (at += length)));
    return [app, part];
  });
}

function headOf(line: Buffer): readonly (readonly [app: string, bytes: number])[] {
  let head: { readonly format?: unknown; readonly v?: unknown; readonly apps?: unknown };
  try {
    head = Object(JSON.parse(line.toString('utf8'))) as typeof head;
  } catch (error) {
    throw new Error(`it is not a ${FORMAT} file`, { cause: error });
  }
  if (head.format !== FORMAT) throw new Error(`it is not a ${FORMAT} file`);
  if (head.v !== VERSION) throw new Error(`it has version ${String(head.v)}, expected ${VERSION}`);
  if (!Array.isArray(head.apps) || !head.apps.every(isPart))
    throw new Error('its first line has no list of apps and sizes');
  return head.apps;
}

function isPart(value: unknown): value is readonly [string, number] {
  if (!Array.isArray(value)) return false;
  const [app, bytes] = value as unknown[];
  return typeof app === 'string' && Number.isSafeInteger(bytes) && (bytes as number) >= 0;
}
