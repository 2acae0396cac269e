/** The child of `run.ts`: runs the function that it was given as text. */
import { join } from 'node:path';
import type { Host } from './run';

const host: Host = {
  load: (path) => require(join(__dirname, '..', '..', path)) as unknown,
  require,
  tell: (value) => void process.stdout.write(`${process.env['TOLD']}${JSON.stringify(value ?? null)}\n`),
  threads: () => (process.report.getReport() as unknown as { workers: object[] }).workers.length,
};

const { WORK, ARGUMENT } = process.env;
delete process.env['WORK'];
delete process.env['ARGUMENT'];

const work = (0, eval)(`(${WORK})`) as (host: Host, argument: unknown) => unknown;
void work(host, JSON.parse(ARGUMENT ?? 'null'));
