/** Packs the package as `npm publish` would, and puts it where a user would have it. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { built } from '../support/built';

export const root = resolve(__dirname, '../..');
const consumers = join(__dirname, 'consumers');

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; that it fails is a result like any other. */
export async function run(cwd: string, file: string, ...args: string[]): Promise<Output> {
  try {
    const { stdout, stderr } = await promisify(execFile)(file, args, { cwd, maxBuffer: 2 ** 26 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout = '', stderr = String(error) } = error as { code?: unknown } & Partial<Output>;
    return { code: typeof code === 'number' ? code : 1, stdout, stderr };
  }
}

/** The script of a package of the project itself, such as `typescript/bin/tsc`. */
export function runScript(cwd: string, script: string, ...args: string[]): Promise<Output> {
  return run(cwd, process.execPath, join(root, 'node_modules', script), ...args);
}

async function npm(cwd: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(cwd, process.platform === 'win32' ? 'npm.cmd' : 'npm', ...args);
  if (code !== 0) throw new Error(`npm ${args.join(' ')}: ${stderr}`);
  return stdout;
}

export interface Packed {
  readonly tarball: string;
  /** Paths in the package. */
  readonly files: readonly string[];
  remove(): Promise<void>;
}

export async function pack(): Promise<Packed> {
  await built();
  const folder = await mkdtemp(join(tmpdir(), 'packed-'));
  const output = await npm(root, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder);
  const [{ files }] = JSON.parse(output) as [{ files: { path: string }[] }];
  const [name] = await readdir(folder);
  return {
    tarball: join(folder, name!),
    files: files.map(({ path }) => path),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A project of its own that has nothing but the package, and the consumers that use it. */
export async function install(tarball: string): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'consumer-'));
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  await npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball);
  await cp(consumers, folder, { recursive: true });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
