import test from 'ava';
import * as fc from '../../support/properties';
import picomatch from 'picomatch/posix';
import { compileGlob, isGlob } from '../../../core/glob/glob';
import { matches } from './matches';

const CASES: readonly [pattern: string, matching: readonly string[], others: readonly string[]][] = [
  ['*', ['', 'a', '.a', 'a/b', '/'], []],
  ['a*', ['a', 'ab', 'a/b'], ['', 'ba']],
  ['*a*b', ['ab', 'xaxbxb', 'aab'], ['ba', 'abx']],
  ['?', ['a', '/', '.'], ['', 'ab']],
  ['[abc]x', ['ax', 'cx'], ['dx', 'x']],
  ['[a-c]', ['a', 'b', 'c'], ['d', '-']],
  ['[!a-c]', ['d', '-'], ['a', 'b', '']],
  ['[^a]', ['b'], ['a']],
  ['[]a]', [']', 'a'], ['[', '[]a]']],
  ['[a\\]b]', ['a', ']', 'b'], ['\\']],
  ['[a-]', ['a', '-'], ['b']],
  ['[*?]', ['*', '?'], ['a']],
  ['{a,b}c', ['ac', 'bc'], ['c', 'abc']],
  ['{a,}c', ['ac', 'c'], ['bc']],
  ['{a,{b,c}d}', ['a', 'bd', 'cd'], ['b', 'ad']],
  ['{a*,b}', ['a', 'axx', 'b'], ['bx']],
  ['{a}', ['{a}'], ['a']],
  ['{1..3}', ['1', '2', '3'], ['0', '4', '..']],
  ['{c..a}', ['a', 'b', 'c'], ['d']],
  ['p{50,99_9}', ['p50', 'p99_9'], ['p99']],
  ['?(a|b)c', ['c', 'ac', 'bc'], ['abc']],
  ['*(a|b)c', ['c', 'ac', 'abac'], ['ad']],
  ['+(a|b)c', ['ac', 'abac'], ['c']],
  ['@(a|b)c', ['ac', 'bc'], ['c', 'abc']],
  ['(a|b)c', ['ac', 'bc'], ['c']],
  ['!(a|b)', ['', 'c', 'ab', 'aa'], ['a', 'b']],
  ['!(a*)', ['', 'b', 'ba'], ['a', 'ab']],
  ['x!(a)z', ['xz', 'xbz', 'xaaz', 'xazz'], ['xaz', 'xa']],
  ['!(a)!(b)', ['', 'a', 'b', 'ab', 'c'], []],
  ['*!(a)', ['', 'a', 'b'], []],
  ['!(?)', ['', 'ab'], ['a']],
  ['*(!(a)x)', ['', 'x', 'bx', 'axx', 'bxax'], ['ax', 'b']],
  ['?(*_)ratio?(_*)', ['ratio', 'hit_ratio', 'ratio_x', 'a_ratio_b'], ['ratios', 'xratio']],
  ['a+b', ['a+b'], ['aab', 'ab']],
  ['!a', ['!a'], ['b', 'a']],
  ['a.b', ['a.b'], ['axb']],
  ['^a$', ['^a$'], ['a']],
  ['a\\*', ['a*'], ['ab', 'a\\*']],
  ['\\', ['\\'], ['']],
  ['a|b*', ['a|b', 'a|bc'], ['a', 'b']],
  ['(', ['('], ['']],
  ['a(*', ['a(', 'a(b'], ['a']],
  ['(a}*', ['(a}', '(a}b'], ['a']],
  ['({a)*', ['{a', '{ab'], ['a']],
  ['[a*', ['[a', '[ab'], ['a']],
  ['*(*(*(a)))b', ['b', 'aaab'], ['a']],
];

for (const [pattern, matching, others] of CASES) {
  test(`the glob ${pattern}`, (t) => {
    for (const name of matching) t.true(matches(pattern, name), name);
    for (const name of others) t.false(matches(pattern, name), name);
  });
}

test('a pattern without wildcards matches only its own text', (t) => {
  for (const pattern of ['', 'a', 'a.b', 'http_total', 'a+b', '!a', 'a@b', `${'a'.repeat(1000)}*`]) {
    t.false(isGlob(pattern));
    t.is(compileGlob(pattern), undefined);
  }
  t.is(compileGlob('!(a|!(b))'), undefined);
  t.not(compileGlob('!(a)!(b)'), undefined);
});

/** What picomatch understands in the same way: it has limits for patterns within patterns. */
const LETTER = fc.constantFrom('a', 'b', '_', '1');
const SIMPLE = fc.oneof({ weight: 4, arbitrary: LETTER }, fc.constantFrom('*', '?', '[ab]', '[a-b]', '\\*'));
const OPTION = fc
  .array(fc.oneof({ weight: 4, arbitrary: LETTER }, fc.constantFrom('[ab]', '[a-b]')), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''));
/** With a letter behind it, since picomatch takes wildcards behind a group for those of a regular expression. */
const GROUP = fc.oneof(
  fc.tuple(OPTION, OPTION, LETTER).map(([one, other, end]) => `{${one},${other}}${end}`),
  fc
    .tuple(fc.constantFrom('?', '*', '+', '@'), OPTION, OPTION, LETTER)
    .map(([sign, one, other, end]) => `${sign}(${one}|${other})${end}`),
);
/** Without this option picomatch rewrites patterns that it considers slow, or takes them literally. */
const OPTIONS = { dot: true, nonegate: true, maxExtglobRecursion: false } as picomatch.PicomatchOptions;
const PATTERN = fc
  .array(fc.oneof({ weight: 3, arbitrary: SIMPLE }, GROUP), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(''));
const NAME = fc.array(LETTER, { minLength: 1, maxLength: 8 }).map((letters) => letters.join(''));

test('a pattern matches the names that it matches in picomatch', (t) => {
  fc.assert(
    fc.property(PATTERN, fc.array(NAME, { minLength: 5, maxLength: 20 }), (pattern, names) => {
      const expected = picomatch(pattern, OPTIONS);
      for (const name of names) t.is(matches(pattern, name), expected(name), `${pattern} ${name}`);
    }),
    { numRuns: 2000 },
  );
});

test('any text is a pattern, and matches any name without an error', (t) => {
  const text = fc.string({ unit: fc.constantFrom(...Array.from('ab*?+@!()[]{}|,\\-^.')), maxLength: 40 });
  fc.assert(
    fc.property(text, text, (pattern, name) => {
      t.is(typeof matches(pattern, name), 'boolean');
    }),
    { numRuns: 5000 },
  );
});
