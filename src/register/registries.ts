/** Takes the default registries of prom-client and its successors where the app loads these. */
import type { Logger } from '../logger';
import { promClientSource, type PromClientRegistry } from '../prom-client/index';
import { isRegistry } from '../prom-client/kinds/shapes';
import type { FoundSources } from './found-sources';
import type { OnModule, SeenModule } from './hooks';
import { describePackage } from './versions';

const PACKAGES = ['prom-client', '@platformatic/prom-client', '@prometheus-io/client'];

export class Registries {
  readonly modules: ReadonlyMap<string, OnModule>;
  private readonly seen = new Map<object, string>();

  constructor(
    private readonly found: FoundSources,
    private readonly logger: Logger,
  ) {
    const onModule: OnModule = (exports, module) => {
      this.onModule(exports, module);
      return exports;
    };
    this.modules = new Map(PACKAGES.map((name) => [name, onModule]));
  }

  /** Default registries without metrics, as what a log line says of them. */
  describeEmpty(): string | undefined {
    const empty = [...this.seen].filter(([registry]) => isEmpty(registry)).map(([, name]) => name);
    if (empty.length === 0) return undefined;
    return (
      `the default registry of ${empty.join(' and ')} has no metrics. Metrics of registries that the app makes itself are ` +
      'exported with promClientSource(registry), see docs/sources.md'
    );
  }

  /** The main file has it as `register`, and lib/registry.js, which an ES module's import loads too, as `globalRegistry`. */
  private onModule(exports: unknown, module: SeenModule): void {
    const { globalRegistry } = (exports ?? {}) as { globalRegistry?: unknown };
    if (!isRegistry(globalRegistry) || this.seen.has(globalRegistry)) return;
    const name = describePackage(module);
    this.seen.set(globalRegistry, name);
    const source = promClientSource(globalRegistry as PromClientRegistry, { logger: this.logger });
    this.found.add(source, 'prom-client', name);
  }
}

function isEmpty(registry: object): boolean {
  try {
    return (registry as { getMetricsAsArray(): readonly unknown[] }).getMetricsAsArray().length === 0;
  } catch {
    return false;
  }
}
