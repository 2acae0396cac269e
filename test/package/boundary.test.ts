/** The linter knows the rooms of the repository, whichever way a module is loaded: one violation of each kind. */
import { join } from 'node:path';
import test from 'ava';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { root } from './packed';

// Rules that need types take seconds per text, and none of the rules here does.
const withoutTypes = { languageOptions: { parserOptions: { projectService: false } } };
const eslint = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked, withoutTypes] });

/** The rules that would report an error if the given file had this text. */
async function objections(file: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: join(root, file) });
  const rules = result?.messages.map(({ ruleId, message }) => ruleId ?? message) ?? [];
  return rules.filter((rule) => /boundaries|no-restricted|Pars/.test(rule));
}

/** Of each room: a file in it, and its path from a file of another room at the top level. */
const ROOMS = {
  core: 'core/otel',
  protocol: 'protocol/tasks',
  src: 'src/logger',
  workers: 'workers/worker',
  'server/protocol': 'server/protocol/tasks',
  'server/src': 'server/src/view',
  'server/workers': 'server/workers/worker',
  'server/web': 'server/web/main',
} as const;
type Room = keyof typeof ROOMS;

/** What a room may import besides itself. */
const BELOW: Readonly<Record<Room, readonly Room[]>> = {
  core: [],
  protocol: ['core'],
  src: ['core', 'protocol'],
  workers: ['core', 'protocol'],
  'server/protocol': ['core'],
  'server/src': ['core', 'server/protocol'],
  'server/workers': ['core', 'server/protocol'],
  'server/web': ['server/protocol'],
};
const ALL = Object.keys(ROOMS) as Room[];

function pathTo(from: Room, file: string): string {
  return `${from.includes('/') ? '../../' : '../'}${file}`;
}

const WAYS: readonly ((path: string) => string)[] = [
  (path) => `import '${path}';`,
  (path) => `import type { Thing } from '${path}';`,
  (path) => `export * from '${path}';`,
  (path) => `void import('${path}');`,
  (path) => `require('${path}');`,
];

/** The page takes types only. */
function waysDown(room: Room): typeof WAYS {
  return room === 'server/web' ? WAYS.slice(1, 2) : WAYS.slice(0, 3);
}

for (const room of ALL) {
  for (const other of ALL.filter((one) => one !== room)) {
    const isBelow = BELOW[room].includes(other);
    test(`${room}/ ${isBelow ? 'may' : 'must not'} import from ${other}/`, async (t) => {
      for (const way of isBelow ? waysDown(room) : WAYS) {
        const text = way(pathTo(room, ROOMS[other]));
        const rules = await objections(`${ROOMS[room]}.ts`, text);
        if (isBelow) t.deepEqual(rules, [], text);
        else t.true(rules.includes('boundaries/dependencies'), text);
      }
    });
  }
  test(`${room}/ must not import tests and examples`, async (t) => {
    for (const file of ['test/support/until', 'examples/demo', 'server/test/rounds-by-hand']) {
      t.not((await objections(`${ROOMS[room]}.ts`, `import '${pathTo(room, file)}';`)).length, 0, file);
    }
  });
}

const OUTSIDE_SERVER: readonly Room[] = ['core', 'protocol', 'src', 'workers', 'server/protocol', 'server/web'];

/** Packages, and the rooms that must not load them. */
const PACKAGES: readonly [text: string, rooms: readonly Room[]][] = [
  ["import pm2 from 'pm2';", ALL],
  ["require('pm2');", ALL],
  ["void import('pm2/lib/API.js');", ALL],
  [
    "import { MeterProvider } from '@opentelemetry/sdk-metrics';",
    ['core', 'protocol', 'src', 'server/protocol', 'server/src', 'server/web'],
  ],
  [
    "require('@opentelemetry/sdk-metrics');",
    ['core', 'protocol', 'src', 'server/protocol', 'server/src', 'server/web'],
  ],
  ["import fastify from 'fastify';", OUTSIDE_SERVER],
  ["import auth from '@fastify/basic-auth';", OUTSIDE_SERVER],
  ["import { pino } from 'pino';", OUTSIDE_SERVER],
  ["import * as v from 'valibot';", OUTSIDE_SERVER],
  ["require('negotiator');", OUTSIDE_SERVER],
  ["require('commander');", OUTSIDE_SERVER],
  ["import { register } from 'prom-client';", ALL],
  ["require('@prometheus-io/client');", ALL],
  ["import io from '@pm2/io';", ALL.filter((room) => room !== 'src')],
  ["import { join } from 'node:path';", ['server/web']],
];

for (const [text, rooms] of PACKAGES) {
  test(`${text} is for ${ALL.filter((room) => !rooms.includes(room)).join(', ') || 'no room'}`, async (t) => {
    for (const room of ALL) {
      const isForbidden = (await objections(`${ROOMS[room]}.ts`, text)).length > 0;
      t.is(isForbidden, rooms.includes(room), room);
    }
  });
}

test('types of the SDK may be imported on a main thread', async (t) => {
  const text = "import type { MeterProvider } from '@opentelemetry/sdk-metrics';";
  t.deepEqual(await objections('src/logger.ts', text), []);
});

test('the page takes types only of what its server says', async (t) => {
  for (const way of [WAYS[0]!, ...WAYS.slice(2)]) {
    t.not((await objections('server/web/main.ts', way('../protocol/page'))).length, 0);
  }
});
