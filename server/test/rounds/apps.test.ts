import test from 'ava';
import { Apps } from '../../src/rounds/runs/apps';
import { included, processes, SELF } from './included-apps';

test('all apps are asked except modules and this server itself', (t) => {
  t.deepEqual(included([], 'shop', 'pm2-logrotate', 'api'), ['shop', 'api']);
  const apps = new Apps({ apps: ['*'], self: 1 });
  t.deepEqual(
    processes('shop', 'shop').map((process) => apps.includes(process)),
    [true, false],
  );
});

test('names and globs choose apps, and a module by its name alone', (t) => {
  const names = ['shop', 'shop-api', 'pm2-logrotate', 'pm2-other', 'else'];
  t.deepEqual(included(['shop*', 'pm2-*', 'pm2-logrotate'], ...names), ['shop', 'shop-api', 'pm2-logrotate']);
  t.deepEqual(included(['none'], ...names), []);
  t.deepEqual(included(['!shop*'], ...names), ['else']);
  t.deepEqual(included(['!else'], ...names), ['shop', 'shop-api']);
  t.deepEqual(included(['!(shop|else)'], ...names), ['shop-api']);
});

test('an app counts as one that answers once it has answered, or if it is named', (t) => {
  const apps = new Apps({ apps: ['named', 'g*'], self: SELF });
  t.true(apps.answers({ app: 'named' }));
  t.false(apps.answers({ app: 'glob' }));
  apps.noteAnswer({ app: 'glob' });
  t.true(apps.answers({ app: 'glob' }));
});

test('an app that has not answered is waited for in three rounds', (t) => {
  const apps = new Apps({ apps: [], self: SELF });
  const worth = Array.from({ length: 5 }, () => {
    const may = apps.mayAnswer({ app: 'mute' });
    apps.noteAsked({ app: 'mute' });
    return may;
  });
  t.deepEqual(worth, [true, true, true, false, false]);
});

test('an app that has gone is forgotten', (t) => {
  const apps = new Apps({ apps: [], self: SELF });
  apps.noteAnswer({ app: 'gone' });
  apps.noteAnswer({ app: 'stays' });
  apps.forgetAllBut(processes('stays'));
  t.false(apps.answers({ app: 'gone' }));
  t.true(apps.answers({ app: 'stays' }));
});
