/** Reads a state file. What is intact in it is used, and the rest is reported. */
import { closeSync, constants, fstatSync, openSync, realpathSync, type Stats } from 'node:fs';
import type { ClusterState } from '../../../protocol/state';
import type { LoadTask, LoadResult } from '../../../protocol/state-file';
import { messageOf } from '../../../../core/values';
import { beginningOf, FILE_HEAD, framesOf, MAX_FILE_BYTES, readAt, STATE_VERSION } from './frames';
import { openRecord, type OpenRecord } from './read-record';
import { ReplayedApp } from './replayed-app';

/** Enough to tell files of other versions. */
const BEGINNING_BYTES = 64;

type Loaded = Omit<LoadResult, 'ok' | 'kind' | 'path'>;

const NOTHING: Loaded = {
  states: [],
  end: undefined,
  wholeBytes: 0,
  problems: [],
  keepAside: false,
  refused: undefined,
};

/** Never throws. */
export function loadStates({ path: given }: Pick<LoadTask, 'path'>): LoadResult {
  let path = given;
  try {
    path = realpathSync(given);
    return { ok: true, kind: 'load', path, ...loadFrom(path) };
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { ok: true, kind: 'load', path, ...NOTHING, refused: isMissing ? undefined : messageOf(error) };
  }
}

function loadFrom(path: string): Loaded {
  // Without O_NONBLOCK, the opening of a named pipe waits for its other end.
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(fd);
    const refused = refusalOf(stats);
    if (refused !== undefined) return { ...NOTHING, refused };
    return read(fd, path, stats);
  } finally {
    closeSync(fd);
  }
}

/** Why a file is left alone. */
function refusalOf(stats: Stats): string | undefined {
  if (!stats.isFile()) return 'it is no regular file';
  const user = process.geteuid?.();
  if (user !== undefined && stats.uid !== user) {
    return `it belongs to another user (uid ${stats.uid}, this process has uid ${user})`;
  }
  if (stats.size > MAX_FILE_BYTES) return `it has ${stats.size} bytes, allowed are ${MAX_FILE_BYTES}`;
  return undefined;
}

function read(fd: number, path: string, { size, dev, ino }: Stats): Loaded {
  const beginning = beginningOf(readAt(fd, 0, Math.min(size, BEGINNING_BYTES)));
  if (beginning.kind === 'torn') return NOTHING;
  if (beginning.kind === 'other version') {
    const problem = `it has version ${beginning.version}, expected ${STATE_VERSION}`;
    return { ...NOTHING, problems: [problem], keepAside: true };
  }
  const replay = new Replay();
  // Of a file without its first line, records are looked for from its first byte on.
  let end = beginning.kind === 'ours' ? FILE_HEAD.length : 0;
  for (const frame of framesOf(fd, end, size)) {
    if (frame.kind === 'record') replay.take(frame.payload, frame.at, frame.end);
    else if (frame.kind === 'damaged') replay.damaged(frame.at, frame.end);
    else {
      replay.torn(frame.at, frame.end);
      break;
    }
    end = frame.end;
  }
  if (beginning.kind === 'foreign' && replay.records === 0) {
    return { ...NOTHING, refused: 'it is no file of the cluster sums' };
  }
  const { states, problems, wholeBytes } = replay.finish();
  const { isDamaged: keepAside } = replay;
  return {
    states,
    problems,
    wholeBytes,
    keepAside,
    refused: undefined,
    end: keepAside ? undefined : { path, dev, ino, size: end },
  };
}

/** More problems than these are only counted. */
const MAX_PROBLEMS = 10;

class Replay {
  records = 0;
  isDamaged = false;
  private readonly apps = new Map<string, { readonly app: ReplayedApp; readonly wholeBytes: number }>();
  /** Apps with a lost record: later ones do not count until one that stands for a whole state. */
  private readonly stopped = new Set<string>();
  private readonly problems: string[] = [];
  private untold = 0;

  take(payload: Buffer, at: number, end: number): void {
    this.records++;
    let record: OpenRecord | undefined;
    try {
      record = openRecord(payload);
      this.apply(record, at, end);
    } catch (error) {
      if (record !== undefined) this.stopped.add(record.head.app);
      this.isDamaged = true;
      this.note(`the record at byte ${at} cannot be used: ${messageOf(error)}`);
    }
  }

  private apply(record: OpenRecord, at: number, end: number): void {
    const { head } = record;
    if (head.from === undefined) {
      const app = new ReplayedApp();
      app.apply(record);
      this.stopped.delete(head.app);
      this.apps.set(head.app, { app, wholeBytes: end - at });
      return;
    }
    if (this.stopped.has(head.app)) return;
    const known = this.apps.get(head.app)?.app;
    if (known?.isFollowedBy(head) === true) known.apply(record);
    else {
      this.stopped.add(head.app);
      this.isDamaged = true;
      this.note(`app ${JSON.stringify(head.app)}: records from byte ${at} on build on one that is lost`);
    }
  }

  damaged(at: number, end: number): void {
    this.isDamaged = true;
    this.note(`bytes ${at} to ${end} are damaged`);
  }

  torn(at: number, end: number): void {
    this.note(`the last record, from byte ${at} on, is incomplete (${end - at} bytes): what it had was not shown yet`);
  }

  finish(): Pick<Loaded, 'states' | 'problems' | 'wholeBytes'> {
    const states = [...this.apps].map(([name, { app }]): readonly [string, ClusterState] => [
      name,
      app.finish((series) => this.note(`app ${JSON.stringify(name)}: ${series} series had numbers that mean nothing`)),
    ]);
    const wholeBytes = [...this.apps.values()].reduce((sum, one) => sum + one.wholeBytes, 0);
    const problems = this.untold === 0 ? this.problems : [...this.problems, `${this.untold} more problems`];
    return { states, problems, wholeBytes };
  }

  private note(problem: string): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(problem);
    else this.untold++;
  }
}
