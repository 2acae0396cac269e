/**
 * Matches names with globs, in time that is linear in name × pattern: all ways to match are followed at once, and none is
 * taken back. Regular expressions, which glob libraries make of patterns, take exponential time for some patterns and names.
 *
 * A pattern with `!(…)` is followed once more for each place of the name where the `!(…)` may begin.
 */
import { parseGlob, type Accepts, type Glob } from './parse';

/** A longer pattern is not taken for a glob. */
const MAX_PATTERN_CHARS = 1000;
/**
 * Longer names are not matched by patterns with `!(…)`, for which time grows with the square of the name. OpenTelemetry
 * allows as many characters in a metric's name.
 */
const MAX_NEGATED_NAME_CHARS = 255;

/** A place in a pattern. */
type State =
  | { readonly kind: 'one'; readonly id: number; readonly accepts: Accepts; readonly next: State }
  | { readonly kind: 'text'; readonly id: number; readonly next: State }
  | { readonly kind: 'fork'; readonly id: number; readonly to: State[] }
  | NotState
  | { readonly kind: 'end'; readonly id: number };

interface NotState {
  readonly kind: 'not';
  readonly id: number;
  readonly inner: State;
  readonly next: State;
}

/** Whether the pattern has a meaning other than its own text. */
export function isGlob(pattern: string): boolean {
  return pattern.length <= MAX_PATTERN_CHARS && /[*?[\]{}()\\]/.test(pattern);
}

/** @returns `undefined` for what is not a glob: such a pattern matches its own text and no other */
export function compileGlob(pattern: string): ((name: string) => boolean) | undefined {
  if (!isGlob(pattern)) return undefined;
  let glob: Glob;
  try {
    glob = parseGlob(pattern);
  } catch {
    return undefined;
  }
  const matcher = new Matcher(glob);
  // Most names differ from most patterns at one of their ends, which is seen much faster.
  const start = /^[^*?[\]{}()!+@\\]*(?![(])/.exec(pattern)?.[0] ?? '';
  return (name) => name.startsWith(start) && matcher.matches(name);
}

/** A `!(…)` that has begun, and the places of its inner pattern that the text since then has reached. */
interface Negation {
  readonly not: NotState;
  places: readonly State[];
}

class Matcher {
  private count = 0;
  private readonly start: State;
  private hasNegation = false;
  private readonly outer: Places;
  private readonly inner: Places;
  private negations: Negation[] = [];

  constructor(glob: Glob) {
    this.start = this.compile(glob, this.end());
    this.outer = new Places(this.count, (not) => this.enter(not));
    this.inner = new Places(this.count, () => undefined);
  }

  matches(name: string): boolean {
    if (this.hasNegation && name.length > MAX_NEGATED_NAME_CHARS) return false;
    const { outer, inner } = this;
    this.negations = [];
    outer.clear();
    outer.add(this.start);
    for (let at = 0; at < name.length; at++) {
      if (outer.isEmpty && this.negations.length === 0) return false;
      const code = name.charCodeAt(at);
      const size = outer.turn();
      // Negations that begin behind this character are added meanwhile: they have not seen it.
      const begun = this.negations;
      if (begun.length > 0) this.negations = [];
      for (const negation of begun) {
        inner.clear();
        inner.advance(negation.places, negation.places.length, code);
        negation.places = inner.copy();
        this.negations.push(negation);
        if (!inner.isAtEnd) outer.add(negation.not.next);
      }
      outer.advanceLast(size, code);
    }
    return outer.isAtEnd;
  }

  /** A `!(…)` begins here. */
  private enter(not: NotState): void {
    const { inner } = this;
    inner.clear();
    inner.add(not.inner);
    this.negations.push({ not, places: inner.copy() });
    if (!inner.isAtEnd) this.outer.add(not.next);
  }

  private end(): State {
    return { kind: 'end', id: this.count++ };
  }

  /** @returns where the pattern begins. @param next what follows it */
  private compile(glob: Glob, next: State): State {
    switch (glob.kind) {
      case 'one':
        return { kind: 'one', id: this.count++, accepts: glob.accepts, next };
      case 'text':
        return { kind: 'text', id: this.count++, next };
      case 'sequence':
        return glob.parts.reduceRight((after, part) => this.compile(part, after), next);
      case 'either':
        return { kind: 'fork', id: this.count++, to: glob.options.map((option) => this.compile(option, next)) };
      case 'repeat': {
        const again: State = { kind: 'fork', id: this.count++, to: [next] };
        const first = this.compile(glob.of, again);
        again.to.push(first);
        return glob.atLeast === 0 ? again : first;
      }
      case 'not':
        this.hasNegation = true;
        return { kind: 'not', id: this.count++, inner: this.compile(glob.of, this.end()), next };
    }
  }
}

/** A set of places in a pattern. Its lists are never made shorter, which would be slow: `size` of their places count. */
class Places {
  private list: State[] = [];
  private last: State[] = [];
  private size = 0;
  private readonly seen: Int32Array;
  private generation = 0;

  constructor(
    states: number,
    private readonly onNot: (not: NotState) => void,
  ) {
    this.seen = new Int32Array(states);
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  get isAtEnd(): boolean {
    for (let i = 0; i < this.size; i++) if ((this.list[i] as State).kind === 'end') return true;
    return false;
  }

  copy(): State[] {
    return this.list.slice(0, this.size);
  }

  clear(): void {
    this.size = 0;
    this.generation++;
  }

  /** Clears it. What it had is advanced by {@link advanceLast}. @returns how many places these are */
  turn(): number {
    const { size, list } = this;
    this.list = this.last;
    this.last = list;
    this.clear();
    return size;
  }

  /** Adds a place, and all that can be reached from it without a character. */
  add(state: State): void {
    if (this.seen[state.id] === this.generation) return;
    this.seen[state.id] = this.generation;
    switch (state.kind) {
      case 'fork':
        for (const one of state.to) this.add(one);
        return;
      case 'not':
        this.onNot(state);
        return;
      case 'text':
        this.list[this.size++] = state;
        this.add(state.next);
        return;
      case 'one':
      case 'end':
        this.list[this.size++] = state;
    }
  }

  advanceLast(size: number, code: number): void {
    this.advance(this.last, size, code);
  }

  /** Adds the places to which the character leads from these. */
  advance(from: readonly State[], size: number, code: number): void {
    for (let i = 0; i < size; i++) {
      const state = from[i] as State;
      if (state.kind === 'text') this.add(state);
      else if (state.kind === 'one' && state.accepts(code)) this.add(state.next);
    }
  }
}
