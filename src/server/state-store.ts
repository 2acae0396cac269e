/** Keeps the cluster's sums in a file, so that they do not drop when this server is restarted. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ClusterState } from '../../protocol/cluster';
import type { ClusterPool } from './cluster-pool';

export interface StateStoreOptions {
  /** `undefined`: nothing is kept. */
  readonly file: string | undefined;
  readonly pool: ClusterPool;
}

const VERSION = 1;

type States = ReadonlyMap<string, ClusterState>;

export class StateStore {
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: StateStoreOptions) {}

  /**
   * @returns by app; empty if there is no such file
   * @throws Error what is wrong with the file, or with an app's part of it
   */
  async load(): Promise<Map<string, ClusterState>> {
    const states = new Map<string, ClusterState>();
    const text = await this.read();
    if (text === undefined) return states;
    const { v, apps } = JSON.parse(text) as { v?: unknown; apps?: unknown };
    if (v !== VERSION || typeof apps !== 'object' || apps === null) throw new Error(`it is not of version ${VERSION}`);
    for (const [app, bytes] of Object.entries(apps as Readonly<Record<string, unknown>>)) {
      const task = { kind: 'load', bytes: Buffer.from(String(bytes), 'base64') } as const;
      states.set(app, (await this.options.pool.run(task)).state);
    }
    return states;
  }

  /** One after the other, each as a whole: who is interrupted leaves the last one. */
  save(states: States): Promise<void> {
    this.writing = this.writing.catch(() => undefined).then(() => this.write(states));
    return this.writing;
  }

  private async read(): Promise<string | undefined> {
    if (this.options.file === undefined) return undefined;
    try {
      return await readFile(this.options.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  private async write(states: States): Promise<void> {
    const { file, pool } = this.options;
    if (file === undefined) return;
    const apps: Record<string, string> = {};
    for (const [app, state] of states) {
      const { bytes } = await pool.run({ kind: 'save', state });
      apps[app] = Buffer.from(bytes).toString('base64');
    }
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.new`, JSON.stringify({ v: VERSION, apps }), { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
}
