/** The apps of examples/, each as its ecosystem.config.js says, but on free ports. */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PROJECT } from '../../support/built';
import type { App } from '../../support/pm2';

/** By folder of examples/: how it names the counter of the pages that it has shown. */
export const EXAMPLES = {
  'express-prom-client': 'visits_total',
  'fastify-opentelemetry': 'visits_total',
  'otlp-beside': 'visits_total',
  'es-module': 'visits_total',
  typescript: 'visits_total',
  'own-function': 'visits_total',
  'zero-code': 'visits_total',
} as const;
export type Example = keyof typeof EXAMPLES;
export const NAMES = Object.keys(EXAMPLES) as Example[];

/** Those that a run starts: all in the full run, else one for each library and one with a second exporter. */
export const STARTED: readonly Example[] =
  process.env['TEST_MATRIX'] === '1' ? NAMES : ['express-prom-client', 'fastify-opentelemetry', 'otlp-beside'];

const PATIENT_END = join(PROJECT, 'test/support/patient-end.js');

/** As many as each of them starts. */
export const INSTANCES = 4;

export interface ExampleApp extends App {
  readonly name: Example;
  /** Where it listens: in fork mode each instance has a port of its own. */
  readonly ports: readonly number[];
}

/** @param env added to that of all apps */
export async function exampleApps(env: Readonly<Record<string, string>>): Promise<ExampleApp[]> {
  const apps: ExampleApp[] = [];
  let next = 20_000 + (process.pid % 10_000);
  for (const name of STARTED) {
    const file = join(PROJECT, 'examples', name, 'ecosystem.config.js');
    const [app] = (require(file) as { apps: [App] }).apps;
    const count = app.exec_mode === 'fork' ? INSTANCES : 1;
    const first = await freePorts(next, count);
    next = first + count;
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const node_args = [...(app.node_args ?? []), '--require', PATIENT_END];
    apps.push({ ...app, name, ports, node_args, env: { ...app.env, PORT: String(first), ...env } });
  }
  return apps;
}

/** @returns the first of so many ports in a row that are free */
async function freePorts(from: number, count: number): Promise<number> {
  let first = from;
  for (let port = from; port < first + count; port++) if (!(await isFree(port))) first = port + 1;
  return first;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => void server.close(() => resolve(true)));
  });
}
