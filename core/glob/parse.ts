/**
 * Reads globs.
 *
 * ```
 * *  **          any text, also none          [abc] [a-z] [!abc] [^abc]   one character (not) of these
 * ?              any one character            {a,b}  (a|b)  @(a|b)        one of these patterns
 * \x             x itself                     ?(a|b)  *(a|b)  +(a|b)      one or none, any number, one or more of them
 * {a..e}         one character from a to e    !(a|b)                      any text that none of them matches
 * ```
 *
 * Patterns may stand within patterns, but no `!(…)` within another. A bracket without its partner, and braces without a
 * comma or a range, stand for themselves.
 */

/** What matches one character, a UTF-16 code unit as in regular expressions without the flag `u`. */
export type Accepts = (code: number) => boolean;

export type Glob =
  | { readonly kind: 'one'; readonly accepts: Accepts }
  | { readonly kind: 'text' }
  | { readonly kind: 'sequence'; readonly parts: readonly Glob[] }
  | { readonly kind: 'either'; readonly options: readonly Glob[] }
  | { readonly kind: 'repeat'; readonly of: Glob; readonly atLeast: 0 | 1 }
  | { readonly kind: 'not'; readonly of: Glob };

/** A pair of brackets: where it ends, and where the separators of its own are. */
interface Group {
  end: number;
  readonly cuts: number[];
}

const NOTHING: Glob = { kind: 'sequence', parts: [] };
const ANY: Glob = { kind: 'one', accepts: () => true };

/** @throws SyntaxError for a `!(…)` within another */
export function parseGlob(pattern: string): Glob {
  return new Parser(pattern).sequence(0, pattern.length);
}

class Parser {
  private readonly groups: ReadonlyMap<number, Group>;
  private negations = 0;

  constructor(private readonly pattern: string) {
    this.groups = findGroups(pattern);
  }

  sequence(from: number, to: number): Glob {
    const parts: Glob[] = [];
    for (let at = from; at < to;) {
      const [part, end] = this.part(at, to);
      // Two `*` in a row are one.
      if (part.kind !== 'text' || parts.at(-1)?.kind !== 'text') parts.push(part);
      at = end;
    }
    return parts.length === 1 ? (parts[0] as Glob) : { kind: 'sequence', parts };
  }

  /** @returns what stands there, and where it ends */
  private part(at: number, to: number): [part: Glob, end: number] {
    const { pattern, groups } = this;
    const letter = pattern[at] as string;
    const group = groups.get(at);
    if (group !== undefined) {
      const part = letter === '[' ? oneOf(pattern.slice(at + 1, group.end)) : this.brackets(at, group);
      if (part !== undefined) return [part, group.end + 1];
    }
    const next = pattern[at + 1] === '(' ? groups.get(at + 1) : undefined;
    if (next !== undefined && '?*+@!'.includes(letter)) return [this.extended(letter, at + 1, next), next.end + 1];
    if (letter === '*') return [{ kind: 'text' }, at + 1];
    if (letter === '?') return [ANY, at + 1];
    if (letter === '\\' && at + 1 < to) return [literal(pattern, at + 1), at + 2];
    return [literal(pattern, at), at + 1];
  }

  private extended(sign: string, open: number, group: Group): Glob {
    if (sign === '!') {
      if (this.negations > 0) throw new SyntaxError('a !(…) within another');
      this.negations++;
      const of = this.options(open, group);
      this.negations--;
      return { kind: 'not', of };
    }
    const of = this.options(open, group);
    if (sign === '?') return { kind: 'either', options: [of, NOTHING] };
    return sign === '@' ? of : { kind: 'repeat', of, atLeast: sign === '+' ? 1 : 0 };
  }

  private brackets(open: number, group: Group): Glob | undefined {
    if (this.pattern[open] === '(' || group.cuts.length > 0) return this.options(open, group);
    const range = /^(.)\.\.(.)$/s.exec(this.pattern.slice(open + 1, group.end));
    if (range === null) return undefined;
    const [low, high] = [range[1] as string, range[2] as string].map(codeOf).sort((a, b) => a - b) as [number, number];
    return { kind: 'one', accepts: (code) => code >= low && code <= high };
  }

  private options(open: number, { end, cuts }: Group): Glob {
    const starts = [open, ...cuts].map((cut) => cut + 1);
    const options = starts.map((start, index) => this.sequence(start, cuts[index] ?? end));
    return options.length === 1 ? (options[0] as Glob) : { kind: 'either', options };
  }
}

/** By where they begin: all brackets that have a partner. */
function findGroups(pattern: string): ReadonlyMap<number, Group> {
  const groups = new Map<number, Group>();
  const open: { readonly at: number; readonly group: Group }[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at] as string;
    const innermost = open.at(-1);
    if (letter === '\\') at++;
    else if (letter === '[') {
      const end = endOfSet(pattern, at);
      if (end === undefined) continue;
      groups.set(at, { end, cuts: [] });
      at = end;
    } else if (letter === '(' || letter === '{') open.push({ at, group: { end: 0, cuts: [] } });
    else if (innermost !== undefined && letter === (pattern[innermost.at] === '(' ? '|' : ','))
      innermost.group.cuts.push(at);
    else if (letter === ')' || letter === '}') {
      const partner = open.findLastIndex((one) => pattern[one.at] === (letter === ')' ? '(' : '{'));
      if (partner < 0) continue;
      // What was opened after it has no partner.
      const [closed] = open.splice(partner);
      if (closed === undefined) continue;
      closed.group.end = at;
      groups.set(closed.at, closed.group);
    }
  }
  return groups;
}

/** @returns where the set of characters ends that begins there; its first character may be `]` */
function endOfSet(pattern: string, open: number): number | undefined {
  const first = open + (/[!^]/.test(pattern[open + 1] ?? '') ? 2 : 1);
  for (let at = first; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === ']' && at > first) return at;
  }
  return undefined;
}

function oneOf(set: string): Glob {
  const isNegated = /^[!^]/.test(set);
  const letters = [...set.slice(isNegated ? 1 : 0).matchAll(/\\?(.)/gs)].map((match) => ({
    code: codeOf(match[1] as string),
    isDash: match[0] === '-',
  }));
  const ranges: [low: number, high: number][] = [];
  for (let at = 0; at < letters.length; at++) {
    const low = (letters[at] as { code: number }).code;
    const high = letters[at + 1]?.isDash === true ? letters[at + 2]?.code : undefined;
    ranges.push([low, high ?? low]);
    if (high !== undefined) at += 2;
  }
  return { kind: 'one', accepts: (code) => ranges.some(([low, high]) => code >= low && code <= high) !== isNegated };
}

function literal(pattern: string, at: number): Glob {
  const wanted = pattern.charCodeAt(at);
  return { kind: 'one', accepts: (code) => code === wanted };
}

function codeOf(letter: string): number {
  return letter.charCodeAt(0);
}
