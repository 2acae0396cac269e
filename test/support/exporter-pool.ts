/** An exporter's pool of real worker threads that run the sources. */
import { join } from 'node:path';
import { ExporterPool, type ExporterPoolOptions } from '../../src/pool/exporter-pool';

export const WORKER = join(__dirname, '..', '..', 'workers', 'worker.ts');

const OPTIONS: ExporterPoolOptions = {
  worker: WORKER,
  threads: 1,
  maxMemoryMb: 256,
  timeoutMs: 60_000,
  hold: () => () => undefined,
};

export function exporterPool(options: Partial<ExporterPoolOptions> = {}): ExporterPool {
  return new ExporterPool({ ...OPTIONS, ...options });
}
