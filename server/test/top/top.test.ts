/** The command, against a small server: output, exit codes, credentials and TLS; and in a real terminal. */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { built, METRICS_SERVER } from '../../../test/support/built';
import { until } from '../../../test/support/until';
import { selfSigned } from '../http/certificates';
import { OVERVIEW, processOf, serveAnswers, SILENCE } from './answers';

/** As it is published: it starts in a moment. */
const NODE_ARGS = [METRICS_SERVER, 'top'];
const ENV = { PATH: process.env['PATH'], HOME: '/' };

interface Done {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

test.before(() => built());

/** Runs it to its end, with its output in a pipe. */
function top(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Done> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...NODE_ARGS, ...args], { env: { ...ENV, ...env } }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

test.serial('where the output is no terminal, the table is printed once', async (t) => {
  const { url } = await serveAnswers(t);
  const { code, stdout, stderr } = await top(['--url', url, '--sort', 'cpu', '--filter', 'shop']);
  t.is(stderr, '');
  t.is(code, 0);
  const [summary, head, ...rows] = stdout.trimEnd().split('\n');
  t.regex(summary ?? '', /^3 of 4 processes online/);
  t.regex(head ?? '', /^app .* cpu\* /);
  t.deepEqual(
    rows.map((row) => row.split(/ +/)[1]),
    ['1', '0'],
  );
  t.regex((await top(['--url', url, '--once', '--cardinality'])).stdout, /http_requests_total {2}path 3k \(\+1k\)/);
});

test.serial('--once --json prints what the server answers, as one line', async (t) => {
  const { url } = await serveAnswers(t);
  const { stdout } = await top(['--url', url, '--once', '--json']);
  t.is(stdout.split('\n').length, 2);
  t.deepEqual(JSON.parse(stdout), OVERVIEW);
});

test.serial('--json ends when its reader has gone', async (t) => {
  const { url } = await serveAnswers(t);
  const command = [process.execPath, ...NODE_ARGS, '--url', url, '--json', '--interval', '0.2'].join(' ');
  const lines = runInShell(`${command} | head -n 2`);
  const text = await lines;
  t.is(text.trimEnd().split('\n').length, 2);
});

async function runInShell(script: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { env: ENV });
  return stdout;
}

test.serial('a user and a password, or a token, let it in', async (t) => {
  const basic = await serveAnswers(t, `Basic ${Buffer.from('me:secret').toString('base64')}`);
  const user = ['--url', basic.url, '--basic-auth-user', 'me'];
  t.is((await top(user, { PM2_METRICS_BASIC_AUTH_PASSWORD: 'secret' })).code, 0);
  const bearer = await serveAnswers(t, 'Bearer token');
  t.is((await top(['--url', bearer.url], { PM2_METRICS_BEARER_TOKENS: 'token' })).code, 0);
  const refused = await top(user, { PM2_METRICS_BASIC_AUTH_PASSWORD: 'other-secret' });
  t.is(refused.code, 1);
  t.regex(refused.stderr, /status 401: it wants a user and a password, or a token\n$/);
  t.notRegex(refused.stderr, /other-secret/);
});

test.serial('a certificate is trusted if it is named, or with --insecure', async (t) => {
  const pair = selfSigned('pm2');
  const folder = mkdtempSync(join(tmpdir(), 'top-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'ca.pem');
  writeFileSync(file, pair.cert);
  const { url } = await serveAnswers(t, undefined, pair);
  t.is((await top(['--url', url, '--ca', file])).code, 0);
  t.is((await top(['--url', url, '--insecure'])).code, 0);
  const refused = await top(['--url', url]);
  t.is(refused.code, 1);
  t.regex(refused.stderr, /is not trusted \(\w+\): --ca names a file/);
});

test.serial('what cannot be asked is said in one sentence', async (t) => {
  const server = await serveAnswers(t);
  const nowhere = await top(['--url', 'http://127.0.0.1:1/']);
  t.is(nowhere.code, 1);
  t.regex(nowhere.stderr, /^pm2-cluster-metrics top: nothing listens at http:\/\/127\.0\.0\.1:1\/api\/overview: .*\n$/);
  t.regex((await top(['--url', `${server.url}other/`])).stderr, /status 404/);
  const invalid = await top(['--colour']);
  t.is(invalid.code, 2);
  t.regex(invalid.stderr, /unknown option '--colour'/);
  t.regex((await top(['--help'])).stdout, /^Usage: pm2-cluster-metrics top/);
});

/** A terminal of 100 columns and 12 lines in which it runs. */
class Terminal {
  private readonly name: string;
  private readonly socket: string;

  constructor(t: ExecutionContext, url: string) {
    const folder = mkdtempSync(join(tmpdir(), 'top-'));
    this.name = 'top';
    this.socket = join(folder, 'tmux');
    t.teardown(() => {
      try {
        this.tmux('kill-server');
      } catch {
        // It has ended with its last session.
      }
      rmSync(folder, { recursive: true });
    });
    const command = [process.execPath, ...NODE_ARGS, '--url', url, '--interval', '0.2'].join(' ');
    this.tmux('-f', '/dev/null', 'new-session', '-d', '-s', this.name, '-x', '100', '-y', '12', 'sh');
    this.keys(`echo before; ${command}; echo ended with $?`, 'Enter');
  }

  keys(...keys: string[]): void {
    this.tmux('send-keys', '-t', this.name, ...keys);
  }

  async shows(pattern: RegExp): Promise<string> {
    let last = '';
    return until(`${String(pattern)} in the terminal`, async () => {
      const args = ['-S', this.socket, 'capture-pane', '-p', '-t', this.name];
      // The server of the test answers meanwhile.
      ({ stdout: last } = await promisify(execFile)('tmux', args, { env: ENV }));
      return pattern.test(last) ? last : undefined;
    }).catch((error: unknown) => {
      throw new Error(last, { cause: error });
    });
  }

  tmux(...args: string[]): string {
    return execFileSync('tmux', ['-S', this.socket, ...args], { encoding: 'utf8', env: { ...ENV, TERM: 'xterm' } });
  }
}

test.serial(
  'in a terminal the table is live: it sorts, filters, scrolls, and leaves the terminal as it was',
  async (t) => {
    const server = await serveAnswers(t);
    const terminal = new Terminal(t, server.url);
    const first = await terminal.shows(/4 rows by id/);
    t.regex(first, /^3 of 4 processes online.*\n.*\napp +namespace +id\*/);

    terminal.keys('>', '>', '>', '>', '>');
    await terminal.shows(/4 rows by memory/);
    terminal.keys('<');
    t.regex(await terminal.shows(/4 rows by cpu/), /cpu\*[^]*\nshop +1 /);

    terminal.keys('/', 'a', 'p', 'i');
    await terminal.shows(/filter: api_/);
    terminal.keys('Enter');
    await terminal.shows(/1 rows by cpu, with "api"/);
    terminal.keys('/', 'Escape');
    await terminal.shows(/4 rows by cpu /);

    // It asks again and again.
    server.answers['/api/overview'] = {
      ...OVERVIEW,
      processes: Array.from({ length: 30 }, (_, pmId) => processOf({ pmId, cpu: (30 - pmId) / 10 })),
    };
    t.notRegex(await terminal.shows(/30 rows/), /shop +9 /);
    terminal.keys('PageDown');
    await terminal.shows(/shop +9 /);
    terminal.keys('End');
    t.regex(await terminal.shows(/shop +29 /), /shop +21 /);

    delete server.answers['/api/overview'];
    t.regex(await terminal.shows(/old numbers: .* status 404/), /shop +29 /);

    terminal.keys('q');
    const after = await terminal.shows(/ended with 0/);
    t.regex(after, /before/);
    t.notRegex(after, /shop/);
    t.is(terminal.tmux('display', '-p', '-t', 'top', '#{cursor_flag} #{alternate_on} #{wrap_flag}').trim(), '1 0 1');
  },
);

test.serial('names with escape sequences stay text in a terminal', async (t) => {
  const server = await serveAnswers(t);
  const app = 'a\u001b[2J\u001b]2;stolen\u0007\u009b5;5H\u001b[31mred';
  server.answers['/api/overview'] = {
    ...OVERVIEW,
    problem: app,
    processes: [processOf({ pmId: 0, app }), processOf({ pmId: 1, app: 'last' })],
  };
  const terminal = new Terminal(t, server.url);
  const shown = await terminal.shows(/2 rows/);
  t.true(shown.includes('a\\u001b[2J\\u001b]2;stolen\\u0007\\u009b5;5H\\u001b[31mred'), shown);
  t.not(terminal.tmux('display', '-p', '-t', 'top', '#{pane_title}').trim(), 'stolen');
  terminal.keys('C-c');
  await terminal.shows(/ended with 0/);
});

test.serial('it ends at once while the server does not answer, and with its terminal', async (t) => {
  const server = await serveAnswers(t);
  server.answers['/api/overview'] = SILENCE;
  const terminal = new Terminal(t, server.url);
  await terminal.shows(/^asking http/);
  await until('a question', () => (server.authorizations.length > 0 ? true : undefined));
  terminal.keys('q');
  await terminal.shows(/ended with 0/);

  const asked = server.authorizations.length;
  terminal.keys(`${[process.execPath, ...NODE_ARGS, '--url', server.url].join(' ')} & echo pid $!; fg`, 'Enter');
  await until('another question', () => (server.authorizations.length > asked ? true : undefined));
  // What it writes may come later than what it asks.
  await terminal.shows(/^asking http/);
  const pid = Number(/pid (\d+)/.exec(terminal.tmux('capture-pane', '-p', '-a', '-t', 'top'))?.[1]);
  t.true(pid > 0);
  terminal.tmux('kill-server');
  await until('its end', () => (isAlive(pid) ? undefined : true));
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
