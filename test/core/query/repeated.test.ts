import test from 'ava';
import { withPrevious } from '../../../core/query/compared';
import { Queries } from '../../../core/query/evaluate';
import { Selection } from '../../../core/query/selection';
import type { Query } from '../../../core/query/query';
import { scalar, snapshotOf } from '../../support/snapshots';

/** How many characters of JSON are parsed meanwhile. */
function parsedChars(work: () => void): number {
  const { parse } = JSON;
  let chars = 0;
  JSON.parse = (text: string): unknown => {
    chars += text.length;
    return parse(text) as unknown;
  };
  try {
    work();
  } finally {
    JSON.parse = parse;
  }
  return chars;
}

const SERIES = 100_000;
const series = (from: number) =>
  Array.from({ length: SERIES }, (_, i) => ({
    attributes: { route: `/${i % 50}`, user: from + i },
    now: scalar(i),
    before: scalar(i),
  }));
const snapshot = snapshotOf({ families: [{ name: 'm', type: 'SUM', series: series(0) }] });

test.serial('a query that is asked again over 100,000 series reads no texts', (t) => {
  const queries = new Queries();
  const query: Query = { metric: 'm', by: ['route'], where: { user: '*' }, as: 'rate', top: 5 };
  const first = parsedChars(() => queries.evaluate(query, [withPrevious(snapshot)]));
  t.true(first > SERIES);
  // Pages are other objects after each posting to a thread; values have changed.
  const { scopes } = snapshot;
  const posted = {
    ...snapshot,
    values: snapshot.values.map((value) => value + 1),
    scopes: scopes.map(({ scope, families }) => ({
      scope,
      families: families.map((family) => ({
        ...family,
        pages: family.pages.map(({ page, base }) => ({ page: { ...page }, base })),
      })),
    })),
  };
  const again = parsedChars(() => {
    for (const as of ['rate', 'total', 'max'] as const) {
      const { rows, other } = queries.evaluate({ ...query, as, top: 3 }, [withPrevious(posted)]);
      t.is(rows.length, 3);
      t.not(other, undefined);
    }
  });
  t.is(again, 0);
});

test.serial('rows beyond the first 100,000 count in other', (t) => {
  const values = Array.from({ length: SERIES + 2 }, (_, i) => ({ attributes: { user: i }, now: scalar(i) }));
  const large = snapshotOf({ families: [{ name: 'm', type: 'SUM', series: values }] });
  const query: Query = { metric: 'm', by: ['user'], as: 'total', top: 1 };
  const { rows, other } = new Queries().evaluate(query, [withPrevious(large)]);
  t.deepEqual(rows, [{ labels: [`${SERIES - 1}`], value: SERIES - 1 }]);
  t.is(other, ((SERIES + 1) * (SERIES + 2)) / 2 - (SERIES - 1));
});

test.serial('a query without attributes reads no texts', (t) => {
  t.is(
    parsedChars(() =>
      t.is(new Queries().evaluate({ metric: 'm', as: 'max' }, [withPrevious(snapshot)]).rows[0]?.value, 99_999),
    ),
    0,
  );
});

test.serial('pages that are gone are forgotten, with the rows that only they had', (t) => {
  const selection = new Selection({ by: ['user'] });
  const pageOf = (user: number) => ({
    id: user,
    layout: { kind: 'scalar' } as const,
    size: 1,
    attributes: Buffer.from(`${JSON.stringify({ user })}\n`),
  });
  const lasting = pageOf(0);
  const parsed = (user: number): number => parsedChars(() => selection.rowsOf('life', pageOf(user)));
  for (let user = 1; user < 3000; user++) {
    selection.begin();
    const [row, other] = [selection.rowsOf('life', lasting)[0]!, selection.rowsOf('life', pageOf(user))[0]!];
    t.deepEqual([selection.labels[row], selection.labels[other]], [['0'], [String(user)]]);
    t.true(selection.labels.length <= 4 * 256, `${selection.labels.length} rows`);
  }
  t.is(parsed(2999), 0);
  t.true(parsed(1) > 0);
});
