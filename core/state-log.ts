/**
 * Writes one log line per change of state, however often a state is reported, and one line for things that are alike.
 *
 * Everything here is bounded: the number of states, the length of a line, and the number of lines per hour. Texts that
 * differ only in what they name (ids, numbers, quoted names) count as the same.
 */
import { printable } from './values';

/** Where the lines go. */
export interface Lines {
  info(line: string): void;
  warn(line: string): void;
}

/** Something that works or does not work. */
export interface Subject {
  /** Such as `Collecting metrics`. */
  readonly name: string;
  /** What it means for the user while it does not work. */
  readonly consequence: string;
}

/** Of a trouble, which may come from outside. */
const MAX_TROUBLE_CHARS = 700;
/** So much of a text tells its kind. */
const MAX_KIND_CHARS = 200;
/** Different warnings that are written once. */
const MAX_WARNINGS = 100;
/** Lines about one subject in a row; then one in each {@link PAUSE_MS}. */
const MAX_LINES = 10;
const PAUSE_MS = 60_000;
/** Kinds of texts that get a line of their own in one call. */
const MAX_KINDS = 5;

interface State {
  /** The kind of trouble that the log tells; `undefined` where it works. */
  told: string | undefined;
  /** How many lines may be written now. */
  lines: number;
  /** By `performance.now()`. */
  since: number;
  /** Changes that were not written. */
  skipped: number;
  latest: string | undefined;
}

export class StateLog {
  private readonly states = new Map<string, State>();
  private readonly warnings = new Set<string>();
  private isFullTold = false;

  constructor(private readonly logger: Lines) {}

  /**
   * A subject that changes very often is written rarely: a later report of the same state then writes the line.
   * @param trouble what is wrong with it; `undefined` if it works
   */
  report({ name, consequence }: Subject, trouble: string | undefined): void {
    const state = this.stateOf(name);
    if (state === undefined) return;
    const kind = trouble === undefined ? undefined : kindOf(trouble);
    const isNew = kind !== state.latest;
    state.latest = kind;
    if (kind === state.told) return;
    if (!takeLine(state)) {
      if (isNew) state.skipped++;
      return;
    }
    const skipped = state.skipped > 0 ? ` (it has changed ${state.skipped} more times since the last line)` : '';
    state.told = kind;
    state.skipped = 0;
    if (trouble === undefined) this.logger.info(`${name} works again${skipped}`);
    else this.logger.warn(`${name} does not work, ${consequence}: ${readable(trouble)}${skipped}`);
  }

  /**
   * Writes a line about something that happens again and again. If that is very often, most of it is only counted.
   * @param name of what happens
   */
  note(name: string, line: string): void {
    const state = this.stateOf(name);
    if (state === undefined) return;
    if (!takeLine(state)) {
      state.skipped++;
      return;
    }
    const skipped = state.skipped > 0 ? ` (and ${state.skipped} more times since the last line)` : '';
    state.skipped = 0;
    this.logger.warn(`${line}${skipped}`);
  }

  /** Writes the line at the first call with this key only. */
  warnOnce(key: string, line: string): void {
    if (this.addWarning(key)) this.logger.warn(readable(line));
  }

  /**
   * Writes one line for each new kind of text, with the number of texts of this kind.
   * @param texts such as `metric "a" has no unit`: those that differ in numbers, ids and quoted names are of one kind
   */
  warnAlike(what: string, texts: readonly string[]): void {
    const kinds = new Map<string, { readonly first: string; count: number }>();
    for (const first of texts) {
      const kind = kindOf(first);
      const known = kinds.get(kind);
      if (known) known.count++;
      else kinds.set(kind, { first, count: 1 });
    }
    let written = 0;
    let others = 0;
    for (const [kind, { first, count }] of kinds) {
      if (written === MAX_KINDS) {
        others += this.isKnown(`${what} ${kind}`) ? 0 : count;
      } else if (this.addWarning(`${what} ${kind}`)) {
        written++;
        this.logger.warn(`${what}: ${readable(first)}${count > 1 ? ` (and ${count - 1} more alike)` : ''}`);
      }
    }
    if (others > 0 && this.addWarning(`${what}, others`))
      this.logger.warn(`${what}: ${others} more, for other reasons`);
  }

  private stateOf(name: string): State | undefined {
    let state = this.states.get(name);
    if (state === undefined) {
      if (this.states.size >= MAX_WARNINGS) {
        this.tellFull();
        return undefined;
      }
      state = { told: undefined, lines: MAX_LINES, since: performance.now(), skipped: 0, latest: undefined };
      this.states.set(name, state);
    }
    return state;
  }

  private isKnown(key: string): boolean {
    return this.warnings.has(shortened(key));
  }

  /** @returns whether a line may be written: the warning is new, and there are not too many */
  private addWarning(key: string): boolean {
    if (this.isKnown(key)) return false;
    if (this.warnings.size >= MAX_WARNINGS) {
      this.tellFull();
      return false;
    }
    this.warnings.add(shortened(key));
    return true;
  }

  private tellFull(): void {
    if (this.isFullTold) return;
    this.isFullTold = true;
    this.logger.warn(`There have been ${MAX_WARNINGS} different warnings: no further ones are written`);
  }
}

/**
 * Takes one of the lines that the subject may write. Lines that were not written in quiet times may be written later, up to
 * {@link MAX_LINES}.
 * @returns whether there was one
 */
function takeLine(state: State): boolean {
  const now = performance.now();
  const earned = Math.floor((now - state.since) / PAUSE_MS);
  state.since += earned * PAUSE_MS;
  state.lines = Math.min(MAX_LINES, state.lines + earned);
  if (state.lines === 0) return false;
  state.lines--;
  return true;
}

/** Texts of one kind differ in names, ids and numbers only. A name is quoted, or stands behind one of three words. */
function kindOf(text: string): string {
  return text
    .slice(0, 4 * MAX_KIND_CHARS)
    .replace(/"(?:[^"\\]|\\.)*"?/g, '"…"')
    .replace(/\b(metric|name|by) \S+/gi, '$1 …')
    .replace(/\b(?=[0-9a-f-]*\d)[0-9a-f]{4,}(?:-[0-9a-f]{2,})*\b/gi, '#')
    .replace(/\d+(\.\d+)?/g, '#')
    .slice(0, MAX_KIND_CHARS);
}

function shortened(key: string): string {
  return key.slice(0, 2 * MAX_KIND_CHARS);
}

/** A stack is one line, with its frames one behind the other. */
function readable(text: string): string {
  return printable(text.replace(/\n\s+at /g, ' | at '), MAX_TROUBLE_CHARS);
}
