/** Packs the two packages as `npm publish` would, and installs them where a user would have them. */
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

function runNpm(cwd: string, ...args: string[]): Promise<Output> {
  return run(cwd, process.platform === 'win32' ? 'npm.cmd' : 'npm', ...args);
}

export interface Packed {
  readonly tarball: string;
  /** Paths in the package. */
  readonly files: readonly string[];
  remove(): Promise<void>;
}

/** @param folder of the package in the repository: `.` or `server` */
export async function pack(folder = '.'): Promise<Packed> {
  await built();
  const to = await mkdtemp(join(tmpdir(), 'packed-'));
  const { code, stdout, stderr } = await runNpm(
    join(root, folder),
    ...['pack', '--ignore-scripts', '--json', '--pack-destination', to],
  );
  if (code !== 0) throw new Error(`npm pack: ${stderr}`);
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const [name] = await readdir(to);
  return {
    tarball: join(to, name!),
    files: files.map(({ path }) => path),
    remove: () => rm(to, { recursive: true, force: true }),
  };
}

export interface Installed {
  readonly folder: string;
  /** The output of the package manager. */
  readonly output: string;
  remove(): Promise<void>;
}

export type Install = (folder: string, tarballs: readonly string[]) => Promise<Output>;

const QUIET = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];

export function withNpm(...flags: string[]): Install {
  return (folder, tarballs) => runNpm(folder, 'install', ...QUIET, ...flags, ...tarballs);
}

/**
 * A project of its own that has nothing but the given packages, and files that use them.
 *
 * @param files the folder to copy them from
 */
export async function install(
  tarballs: readonly string[],
  by: Install = withNpm(),
  files = consumers,
): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'consumer-'));
  await writeFile(
    join(folder, 'package.json'),
    '{ "name": "consumer", "version": "1.0.0", "license": "MIT", "private": true }',
  );
  const { code, stdout, stderr } = await by(folder, tarballs);
  if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
  await cp(files, folder, { recursive: true });
  return { folder, output: `${stdout}\n${stderr}`, remove: () => rm(folder, { recursive: true, force: true }) };
}
