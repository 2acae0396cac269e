/** The linter knows the boundary between the threads, whichever way a module is loaded. */
import { join } from 'node:path';
import test from 'ava';
import { ESLint } from 'eslint';
import { root } from './packed';

const eslint = new ESLint({ cwd: root });

/** The rules that object when the given file held this text. */
async function objections(file: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: join(root, file) });
  const rules = result?.messages.map(({ ruleId, message }) => ruleId ?? message) ?? [];
  return rules.filter((rule) => /no-restricted|Pars/.test(rule));
}

const SRC = 'src/logger.ts';
const SERVER = 'src/server/view.ts';
const WORKER = 'workers/worker.ts';
const PROTOCOL = 'protocol/tasks.ts';

const FORBIDDEN: readonly [file: string, text: string][] = [
  [SRC, "import '../workers/worker';"],
  [SRC, "export * from '../workers/pages';"],
  [SRC, "import type { Page } from '../../workers/pages';"],
  [SRC, "void import('../workers/worker');"],
  [SRC, "require('../workers/worker');"],
  [SRC, "import pm2 from 'pm2';"],
  [SRC, "require('pm2');"],
  [SRC, "void import('pm2/lib/API.js');"],
  [SRC, "import { MeterProvider } from '@opentelemetry/sdk-metrics';"],
  [SRC, "require('@opentelemetry/sdk-metrics');"],
  [SRC, "import '../test/support/until';"],
  [SRC, "import './server/view';"],
  [SRC, "import type { ClusterView } from '../server/view';"],
  [SRC, "void import('./server/view');"],
  [SRC, "require('../server/view');"],
  [SRC, "import fastify from 'fastify';"],
  [SRC, "import accepts from '@fastify/accepts';"],
  [SRC, "import { pino } from 'pino';"],
  [SRC, "require('commander');"],
  [SERVER, "import '../../workers/worker';"],
  [SERVER, "require('pm2');"],
  [WORKER, "import fastify from 'fastify';"],
  [WORKER, "import '../src/logger';"],
  [WORKER, "import '../../src/logger';"],
  [WORKER, "require('../src/logger');"],
  [WORKER, "require('pm2');"],
  [PROTOCOL, "import '../src/logger';"],
  [PROTOCOL, "import '../workers/worker';"],
  [PROTOCOL, "import { Piscina } from 'piscina';"],
];

const ALLOWED: readonly [file: string, text: string][] = [
  [SRC, "import '../protocol/tasks';"],
  [SRC, "import './pool/worker-pool';"],
  [SRC, "import io from '@pm2/io';"],
  [SRC, "import type { MeterProvider } from '@opentelemetry/sdk-metrics';"],
  [SERVER, "import '../config/nearest-key';"],
  [SERVER, "import fastify from 'fastify';"],
  [SERVER, "import type { Logger } from 'pino';"],
  [WORKER, "import '../protocol/tasks';"],
  [WORKER, "import './pm2/daemon';"],
  [WORKER, "import axon from 'pm2-axon';"],
  [PROTOCOL, "import './snapshot';"],
];

for (const [file, text] of FORBIDDEN) {
  test(`${file} must not say ${text}`, async (t) => {
    t.not((await objections(file, text)).length, 0);
  });
}

for (const [file, text] of ALLOWED) {
  test(`${file} may say ${text}`, async (t) => {
    t.deepEqual(await objections(file, text), []);
  });
}
