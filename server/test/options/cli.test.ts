/** The command line: options, help and errors. */
import test from 'ava';
import { NAMES, TABLE, envOf, flagOf } from '../../src/options/table';
import { line } from './given-options';

test('flags give options', (t) => {
  const argv = [
    '--port',
    '80',
    '--host=0.0.0.0',
    '--apps',
    'a',
    '--apps',
    '{b,c}',
    '--axm-monitor',
    '--state-file',
    '',
  ];
  const read = line(argv, { PM2_METRICS_TIMEOUT: '7' });
  t.is(read.kind, 'run');
  if (read.kind !== 'run') return;
  const { port, host, apps, axmMonitor, stateFile, timeout } = read.options;
  t.deepEqual([port, host, apps, axmMonitor, stateFile, timeout], [80, '0.0.0.0', ['a', '{b,c}'], true, undefined, 7]);
});

test('a flag without a value has a negative form', (t) => {
  const monitor = (argv: readonly string[]) => {
    const read = line(argv, { PM2_METRICS_AXM_MONITOR: 'true' });
    return read.kind === 'run' && read.options.axmMonitor;
  };
  t.true(monitor([]));
  t.false(monitor(['--no-axm-monitor']));
  t.true(monitor(['--no-axm-monitor', '--axm-monitor']));
});

test('the help names every option, its variable and its default, and no flag for a secret', (t) => {
  const help = line(['--help']);
  t.is(help.kind, 'exit');
  if (help.kind !== 'exit') return;
  t.is(help.code, 0);
  t.is(help.stderr, '');
  const words = help.stdout.replace(/\s+/g, ' ');
  for (const name of NAMES) {
    const { kind, description, fallbackText } = TABLE[name];
    t.is(words.includes(` ${flagOf(name)} `), !kind.secret, name);
    t.true(words.includes(envOf(name)), name);
    if (!kind.secret)
      t.true(
        words.includes(`${description} `) && words.includes(`(default: ${fallbackText.replaceAll('`', '')};`),
        name,
      );
  }
  for (const row of help.stdout.split('\n')) t.true(row.length <= 120, row);
});

test('the version is the package’s', (t) => {
  t.deepEqual(line(['--version']), { kind: 'exit', code: 0, stdout: '1.2.3\n', stderr: '' });
});

test('errors of flags and other sources come at once, and nothing is started', (t) => {
  const argv = ['--prot', '80', '--port', 'x', '--basic-auth-password=hunter2', '-z'];
  t.deepEqual(line(argv, { PM2_METRICS_THREADS: '0' }), {
    kind: 'exit',
    code: 2,
    stdout: '',
    stderr: [
      '--prot is an unknown flag, did you mean --port?',
      '--basic-auth-password is an unknown flag',
      '-z is an unknown flag',
      'the environment variable PM2_METRICS_THREADS is "0", expected a whole number from 1 to 64',
      '--port is "x", expected a whole number from 0 to 65535',
      'nothing was started; pm2-cluster-metrics --help lists all options',
    ]
      .map((sentence) => `pm2-cluster-metrics: ${sentence}\n`)
      .join(''),
  });
});

for (const argv of [['--port'], ['start'], ['--axm-monitor=yes'], ['--', '--port', '80']]) {
  test(`${argv.join(' ')} is refused`, (t) => {
    const read = line(argv);
    t.is(read.kind === 'exit' && read.code, 2);
    t.regex(
      read.kind === 'exit' ? read.stderr : '',
      /^pm2-cluster-metrics: .+\npm2-cluster-metrics: nothing was started/,
    );
  });
}
