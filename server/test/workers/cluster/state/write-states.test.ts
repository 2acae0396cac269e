/** A process that is ended amid any call of the system leaves a file with all that it has acknowledged. */
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test from 'ava';
import { appendChanges, loadStates, replaceFile, saveStates } from '../../../../workers/cluster';
import type { ClusterState } from '../../../../protocol/state';
import type { StateFileEnd } from '../../../../protocol/state-file';
import { contentOf, roundsOf, temporaryFolder } from './state-files';

/** The object of which the imports of all modules are views. */
const system = createRequire(__filename)('node:fs') as Record<string, (...args: unknown[]) => unknown>;
const CALLS = ['openSync', 'writeSync', 'ftruncateSync', 'linkSync', 'renameSync', 'rmSync', 'fdatasyncSync'] as const;

/**
 * Ends what `work` does at its call of that number: a write is done by half, and no later call has any effect.
 *
 * @returns whether there was such a call
 */
function endAt(end: number, work: () => void): boolean {
  const originals = CALLS.map((name) => [name, system[name]!] as const);
  let calls = 0;
  for (const [name, original] of originals) {
    system[name] = (...args) => {
      calls++;
      if (calls < end) return original(...args);
      if (calls === end && name === 'writeSync') {
        const [fd, bytes, offset, length, position] = args as [number, Uint8Array, number, number, number];
        original(fd, bytes, offset, length >> 1, position);
      }
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    };
  }
  try {
    work();
  } catch {
    // As if the process had ended.
  } finally {
    for (const [name, original] of originals) system[name] = original;
  }
  return calls >= end;
}

test('whichever call is the last one of a process, all that it has acknowledged is in the file', async (t) => {
  const states = await collect();
  const contents = states.map((state) => JSON.stringify(contentOf(state)));
  const [first, second, third, fourth] = states as [ClusterState, ClusterState, ClusterState, ClusterState];
  const folder = temporaryFolder(t);
  let ends = 0;
  for (let end = 1, goesOn = true; goesOn; end++) {
    const path = join(folder, String(end), 'state');
    const draft = saveStates({ path: `${path}.new-1`, apps: [{ app: 'shop', state: first }] });
    let at: StateFileEnd = replaceFile({ draft, changes: [], path, keepAside: false }).end;
    let acknowledged = 0;
    goesOn = endAt(end, () => {
      const append = (from: number): void => {
        const change = { app: 'shop', from: states[from]!, to: states[from + 1]! };
        const appended = appendChanges(at, [change]);
        if (!appended.ok) throw new Error(appended.message);
        at = appended.end;
        acknowledged = from + 1;
      };
      append(0);
      const anew = saveStates({ path: `${path}.new-1`, apps: [{ app: 'shop', state: second }] });
      append(1);
      const changes = [{ app: 'shop', from: second, to: third }];
      at = replaceFile({ draft: anew, changes, path, keepAside: true }).end;
      append(2);
    });
    if (goesOn) ends++;
    const loaded = loadStates({ path });
    const content = JSON.stringify(contentOf(loaded.states[0]![1]));
    // The record after the last acknowledged one may be complete too.
    t.true(contents.slice(acknowledged, acknowledged + 2).includes(content), `call ${end}`);
    t.false(loaded.keepAside);
    const next = loaded.end!;
    const more = { app: 'shop', from: loaded.states[0]![1], to: fourth };
    t.true(appendChanges(next, [more]).ok);
    t.is(JSON.stringify(contentOf(loadStates({ path }).states[0]![1])), contents[3]!);
  }
  t.true(ends >= 12, `${ends} calls`);
});

test('after a full disk the file is as before, and goes on', async (t) => {
  const path = join(temporaryFolder(t), 'state');
  const [first, second] = [...(await collect())];
  const end = saveStates({ path, apps: [{ app: 'shop', state: first! }] });
  let failed: unknown;
  const change = [{ app: 'shop', from: first, to: second! }];
  // The first two calls are opening and a write by half; cutting off what was written fails too.
  endAt(2, () => (failed = appendChanges(end, change)));
  t.like(failed, { ok: false, reason: 'failed', message: 'ENOSPC: no space left on device' });
  t.true(statSync(path).size > end.size);
  const appended = appendChanges(end, change);
  t.true(appended.ok);
  t.deepEqual(contentOf(loadStates({ path }).states[0]![1]), contentOf(second!));
});

async function collect(): Promise<ClusterState[]> {
  const states: ClusterState[] = [];
  for await (const state of roundsOf('shop')) states.push(state);
  return states;
}
