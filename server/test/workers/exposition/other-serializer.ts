/** Loads the workers' modules anew, with another serializer than the installed one. */
import Module from 'node:module';
import path from 'node:path';
import type { ClusterMerger } from '../../../workers/cluster';
import type { Exposition } from '../../../workers/exposition/exposition';

type Load = (request: string, ...rest: unknown[]) => unknown;

export const INSTALLED = '@opentelemetry/exporter-prometheus';
const workers = path.join(__dirname, '../../../workers');

export function load(serializer: string): { readonly exposition: Exposition; readonly merger: ClusterMerger } {
  const modules = Module as unknown as { _load: Load };
  const original = modules._load;
  for (const file of Object.keys(require.cache))
    if (file.startsWith(workers)) Reflect.deleteProperty(require.cache, file);
  modules._load = (request, ...rest) => original(request === INSTALLED ? serializer : request, ...rest);
  try {
    const exposition = require(path.join(workers, 'exposition/exposition')) as { Exposition: new () => Exposition };
    const cluster = require(path.join(workers, 'cluster')) as { ClusterMerger: new () => ClusterMerger };
    return { exposition: new exposition.Exposition(), merger: new cluster.ClusterMerger() };
  } finally {
    modules._load = original;
  }
}
