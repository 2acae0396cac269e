/** A program in a terminal of a certain size: tmux is the terminal. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface TerminalOptions {
  /** In which the terminal has its socket. */
  readonly folder: string;
  readonly command: readonly string[];
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** @returns why there is no terminal; `undefined` if there is one */
export async function missingTerminal(): Promise<string | undefined> {
  const isThere = await run('tmux', ['-V']).then(
    () => true,
    () => false,
  );
  return isThere ? undefined : "tmux can't be found: sudo apt-get install --no-install-recommends tmux";
}

let terminals = 0;

/** @param body gets a function that returns what is on the screen */
export async function withTerminal<T>(
  options: TerminalOptions,
  body: (screen: () => Promise<string>) => Promise<T>,
): Promise<T> {
  const { folder, command, columns, rows, env = {} } = options;
  // One of its own: the server before it may still be ending.
  const socket = join(folder, `tmux-${terminals++}.sock`);
  const tmux = async (...args: string[]): Promise<string> => {
    // No configuration of the user's, and UTF-8 whatever the locale is.
    const { stdout } = await run('tmux', ['-u', '-f', '/dev/null', '-S', socket, ...args], {
      env: { ...process.env, ...env, TERM: 'xterm-256color' },
    });
    return stdout;
  };
  const size = ['-x', String(columns), '-y', String(rows)];
  await tmux('new-session', '-d', ...size, '--', ...command);
  try {
    return await body(() => tmux('capture-pane', '-p'));
  } finally {
    await tmux('kill-server').catch(() => undefined);
  }
}
