/**
 * Keeps the cluster's sums in a file, so that they do not drop when this server is restarted.
 *
 * ```
 * {"format":"pm2-metrics-state","v":1,"apps":[["shop",1234],["api",567]]} and a line feed
 * 1234 bytes of shop, 567 bytes of api: as a worker has written them
 * ```
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../../core/values';
import type { ClusterState } from '../protocol/tasks';
import type { ClusterPool } from './cluster-pool';

export interface StateStoreOptions {
  /** `undefined`: nothing is kept. */
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
  /** What is wrong with the file, or with an app's part of it, of which the others are none the worse. */
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

  /** One after the other, each as a whole: who is interrupted leaves the last one. Rejects if it can't be written. */
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
    // On the disk before it has the name, also where the power fails in between.
    await writeFile(`${file}.new`, [head, ...parts], { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
  }
}

/** @throws Error that says what is wrong with the bytes */
function partsOf(bytes: Buffer | undefined): [app: string, part: Uint8Array][] {
  if (bytes === undefined) return [];
  let at = bytes.indexOf(LINE_FEED) + 1;
  return headOf(bytes.subarray(0, at)).map(([app, length]) => {
    if (at + length > bytes.length) throw new Error('it ends before it should');
    // A copy, since the whole of the file would go to the thread along with a part of it.
    const part = new Uint8Array(bytes.subarray(at, (at += length)));
    return [app, part];
  });
}

function headOf(line: Buffer): readonly (readonly [app: string, bytes: number])[] {
  let head: { readonly format?: unknown; readonly v?: unknown; readonly apps?: unknown };
  try {
    head = Object(JSON.parse(line.toString('utf8'))) as typeof head;
  } catch (error) {
    throw new Error(`it is no ${FORMAT}`, { cause: error });
  }
  if (head.format !== FORMAT) throw new Error(`it is no ${FORMAT}`);
  if (head.v !== VERSION) throw new Error(`it is of version ${String(head.v)}, expected ${VERSION}`);
  if (!Array.isArray(head.apps) || !head.apps.every(isPart)) throw new Error('a list of apps and their sizes expected');
  return head.apps;
}

function isPart(value: unknown): value is readonly [string, number] {
  if (!Array.isArray(value)) return false;
  const [app, bytes] = value as unknown[];
  return typeof app === 'string' && Number.isSafeInteger(bytes) && (bytes as number) >= 0;
}
