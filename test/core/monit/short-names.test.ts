import test from 'ava';
import { ShortNames } from '../../../core/monit/short-names';

const given = (names: ShortNames, ...wanted: string[]) =>
  wanted.map((one, index) => names.of(`${one} ${index}`, () => one)).map(({ name, ranked }) => [name, ranked]);

test('names that begin alike have numbers, with and without ranks', (t) => {
  t.deepEqual(given(new ShortNames([], []), 'request', 'request', 'requeue', 'jobs', 'jobs'), [
    ['request', 'reque'],
    ['reques2', 'requ2'],
    ['requeu3', 'requ3'],
    ['jobs', 'jobs'],
    ['jobs2', 'jobs2'],
  ]);
  const many = given(new ShortNames([], []), ...Array.from({ length: 1200 }, () => 'request')).at(-1);
  t.deepEqual(many, ['req1200', 'r1200']);
});

test('a metric keeps its name, and names of others are not given', (t) => {
  const first = new ShortNames([], ['jobs', 'mails 3']);
  t.deepEqual(given(first, 'jobs', 'mails'), [
    ['jobs2', 'jobs2'],
    ['mails2', 'mail2'],
  ]);
  const never = (): string => t.fail();
  const second = new ShortNames(first.all, ['jobs']);
  t.is(second.of('jobs 0', never).name, 'jobs2');
  t.deepEqual(second.all, first.all);
});

test('a name that others have taken since is given up', (t) => {
  const first = new ShortNames([], []);
  first.of('a', () => 'jobs');
  const second = new ShortNames(first.all, ['jobs 2']);
  t.false(second.has('a'));
  t.is(second.of('a', () => 'jobs').name, 'jobs2');
});
