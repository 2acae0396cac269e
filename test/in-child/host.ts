/** The child of `run.ts`: runs the function that it was given as text. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from './run';

const host: Host = {
  load: (path) => require(join(__dirname, '..', '..', path)) as unknown,
  require,
  tell: (value) => void process.stdout.write(`${process.env['TOLD']}${JSON.stringify(value ?? null)}\n`),
  threads: () => (process.report.getReport() as unknown as { workers: object[] }).workers.length,
  async usedMb() {
    // What the first collection finds unreachable may hold what only a later one finds.
    for (let i = 0; i < 5; i++) {
      globalThis.gc?.();
      await sleep(50);
    }
    // Shared memory counts as array buffers alone, the memory of others as both.
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return (heapUsed + external + arrayBuffers) / (1 << 20);
  },
};

const { WORK, ARGUMENT } = process.env;
delete process.env['WORK'];
delete process.env['ARGUMENT'];

const work = (0, eval)(`(${WORK})`) as (host: Host, argument: unknown) => unknown;
void work(host, JSON.parse(ARGUMENT ?? 'null'));
