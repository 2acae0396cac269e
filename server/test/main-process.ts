/** The process of the metrics server, started as PM2 does, without a daemon. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ExecutionContext } from 'ava';

const MAIN = resolve(__dirname, '../src/main.ts');

export interface Server {
  readonly child: ChildProcess;
  readonly folder: string;
  /** Exit code and signal, once all of its output has come. */
  readonly exited: Promise<unknown[]>;
  output(): string;
  /** Resolves when it listens. */
  url(): Promise<string>;
}

export function start(t: ExecutionContext, env: Readonly<Record<string, string>> = { pm_id: '0' }): Server {
  const folder = mkdtempSync(join(tmpdir(), 'pm2-metrics-'));
  const child = fork(MAIN, {
    execArgv: ['--require=ts-node/register/transpile-only'],
    env: { PATH: process.env['PATH'], PM2_HOME: folder, PM2_METRICS_PORT: '0', ...env },
    silent: true,
  });
  let text = '';
  child.stdout?.on('data', (data) => (text += String(data)));
  child.stderr?.on('data', (data) => (text += String(data)));
  // After a disconnect(), Node.js emits no `close` of the child itself.
  const closed = [child.stdout!, child.stderr!].map((stream) => once(stream, 'close'));
  const exited = Promise.all([once(child, 'exit'), ...closed]).then(([ended]) => ended as unknown[]);
  t.teardown(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  const url = async (): Promise<string> => {
    for (;;) {
      const [, found] = /Listening at (http:[^"]+)/.exec(text) ?? [];
      if (found !== undefined) return found;
      await Promise.race([once(child.stdout as NodeJS.ReadableStream & NodeJS.EventEmitter, 'data'), exited]);
      if (child.exitCode !== null) throw new Error(text);
    }
  };
  return { child, folder, exited, output: () => text, url };
}

/** Starts it with options that cannot be used: it ends with a sentence, without a stack and control characters. */
export async function isRefused(
  t: ExecutionContext,
  env: Readonly<Record<string, string>>,
  said: RegExp,
): Promise<void> {
  const { exited, output } = start(t, { pm_id: '0', ...env });
  t.deepEqual(await exited, [2, null]);
  t.regex(output(), said);
  t.notRegex(output(), /[^\P{Cc}\n]| {4}at /u);
}
