/** A process as PM2 starts it in fork mode, with the preload, in a folder of its own. The test takes the daemon's part. */
import { fork } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { PROJECT } from '../support/built';
import { withoutLoopLines } from '../support/loop-lines';

export const REGISTER = join(PROJECT, 'dist/src/register.js');

/** The end of an app: it answers with what its `say()` returns, and ends. */
export const ANSWER = `
  process.on('message', async () => process.send({ said: await say() }, () => process.exit()));
`;

export interface AppOptions {
  /** By the name of its file. */
  readonly files: Readonly<Record<string, string>>;
  /** Packages by the names that the app has for them, and by those in this repository. A copy has its own name. */
  readonly packages?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** What the log must have before the app is asked. */
  readonly askAt?: RegExp;
  readonly register?: string;
}

export interface Said {
  /** The app's answer. */
  readonly said: unknown;
  readonly lines: readonly string[];
  readonly code: number | null;
}

const MODULES = join(PROJECT, 'node_modules');
const PATIENCE_MS = 150_000;

/** Runs the first of the files. Resolves when the process has ended. */
export async function runApp(t: ExecutionContext, options: AppOptions): Promise<Said> {
  const folder = mkdtempSync(join(tmpdir(), 'register-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'pm2.pid'), String(process.pid));
  for (const [name, text] of Object.entries(options.files)) writeFileSync(join(folder, name), text);
  for (const [name, from] of Object.entries(options.packages ?? {})) provide(folder, name, from);
  const script = join(folder, Object.keys(options.files)[0] ?? '');
  const child = fork(script, {
    cwd: folder,
    env: { ...process.env, PM2_HOME: folder, pm_id: '0', name: 'shop', pm_exec_path: script, ...options.env },
    execArgv: [
      ...(options.flags ?? []),
      script.endsWith('.mjs') ? '--import' : '--require',
      options.register ?? REGISTER,
    ],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let errors = '';
  let said: unknown;
  let asked = false;
  child.stderr?.on('data', (text) => {
    errors += String(text);
    if (asked || !(options.askAt ?? /The metrics of/).test(errors)) return;
    asked = true;
    child.send('say');
  });
  child.on('message', (message: { said?: unknown }) => (said = message.said ?? said));
  // An app that never says what the test waits for fails its test, and does not hold up the others.
  const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(patience);
  return {
    said,
    lines: withoutLoopLines(errors)
      .split('\n')
      .filter((line) => line !== ''),
    code,
  };
}

/** What belongs to a package is found from its copy or through a link. */
function provide(folder: string, name: string, from: string): void {
  const to = join(folder, 'node_modules', name);
  mkdirSync(dirname(to), { recursive: true });
  if (name === from) symlinkSync(join(MODULES, from), to);
  else cpSync(join(MODULES, from), to, { recursive: true });
}
