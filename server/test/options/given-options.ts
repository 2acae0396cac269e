/** Options as users give them, read in a folder of the test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { readCommandLine, type CommandLine } from '../../src/options/cli';
import type { ServerOptions } from '../../src/options/options';
import { readOptions, type Given } from '../../src/options/read-options';
import type { OptionName } from '../../src/options/table';

export interface Sources {
  readonly file?: unknown;
  readonly settings?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: Partial<Record<OptionName, readonly string[]>>;
}

export function read(t: ExecutionContext, { file, settings, env, flags = {} }: Sources) {
  const folder = mkdtempSync(join(tmpdir(), 'pm2-metrics-options-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  if (file !== undefined) {
    writeFileSync(join(folder, 'metrics.json'), typeof file === 'string' ? file : JSON.stringify(file));
  }
  const given: Given = {
    env: {
      ...(settings !== undefined && { name: 'metrics', metrics: JSON.stringify(settings) }),
      ...env,
    },
    folder,
    flags: new Map(Object.entries(flags)) as Map<OptionName, readonly string[]>,
    config: file === undefined ? undefined : 'metrics.json',
  };
  return { result: readOptions(given), folder };
}

export function good(t: ExecutionContext, sources: Sources): ServerOptions {
  const { result } = read(t, sources);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.options;
}

/** What is wrong with them. The folder is shown as `~`. */
export function problems(t: ExecutionContext, sources: Sources): readonly string[] {
  const { result, folder } = read(t, sources);
  return result.ok ? [] : result.problems.map((problem) => problem.replaceAll(folder, '~'));
}

/** The command line with these arguments. */
export function line(argv: readonly string[], env: NodeJS.ProcessEnv = {}): CommandLine {
  return readCommandLine({ argv, env, folder: '/app', version: '1.2.3' });
}
