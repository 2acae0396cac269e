/** Gives each MeterProvider that the app makes a reader of ours, while it is made. */
import { messageOf } from '../../core/values';
import type { MetricsSource } from '../collect/sources/source';
import type { Logger } from '../logger';
import { isPm2Reader, Reader } from '../opentelemetry/reader';
import type { FoundSources } from './found-sources';
import type { OnModule, SeenModule } from './hooks';
import type { Instrumentations } from './instrumentations';
import { Replacements, type Constructor } from './replace-export';
import { SECOND_READER, type Settings } from './settings';
import { describePackage } from './versions';

const PACKAGE = '@opentelemetry/sdk-metrics';
/** PM2 has MeterProviders of its own, for `pm2 --trace`. */
const OF_PM2 = /[\\/]node_modules[\\/](@pm2[\\/][^\\/]+|pm2)[\\/]/;

interface Dependencies {
  readonly found: FoundSources;
  readonly settings: Settings;
  readonly instrumentations: Instrumentations;
  readonly logger: Logger;
}

/** In 1.30 readers can be added to a MeterProvider. */
interface Provider {
  addMetricReader?(reader: unknown): unknown;
}

/** What is done with a MeterProvider before and after it is made. */
interface Plan {
  readonly options: unknown;
  readonly isChanged: boolean;
  finish(provider: object): void;
}

export class MeterProviders {
  readonly modules: ReadonlyMap<string, OnModule> = new Map([
    [PACKAGE, (exports: unknown, module: SeenModule) => this.onModule(exports, module)],
  ]);
  private readonly replacements = new Replacements();

  constructor(private readonly dependencies: Dependencies) {}

  private onModule(exports: unknown, module: SeenModule): unknown {
    if (module.folder !== undefined && OF_PM2.test(module.folder)) return exports;
    return this.replacements.replace(exports, 'MeterProvider', (original) => this.wrap(original, module));
  }

  private wrap(original: Constructor, module: SeenModule): object {
    const wrapped: object = new Proxy(original, {
      construct: (target, args: unknown[], newTarget) => {
        const made = newTarget === wrapped ? target : (newTarget as Constructor);
        const plan = this.guarded(() => this.plan(args[0], module));
        const provider = construct(target, plan, args, made);
        this.guarded(() => plan?.finish(provider));
        return provider;
      },
    });
    return wrapped;
  }

  private plan(options: unknown, module: SeenModule): Plan {
    const { found, settings, instrumentations } = this.dependencies;
    const readers = readersOf(options);
    if (readers.some(isPm2Reader)) {
      return { options, isChanged: false, finish: (provider) => instrumentations.use(provider) };
    }
    if (!found.isOpen) return { options, isChanged: false, finish: () => undefined };
    if (readers.length > 0 && !settings.secondReader) {
      return {
        options,
        isChanged: false,
        finish: () => {
          this.tellOfOther(module);
          instrumentations.end();
        },
      };
    }
    let source: MetricsSource | undefined;
    const reader = new Reader(settings.options, (given) => {
      source = given;
      const what = instrumentations.isProviding ? 'Node.js itself (by its instrumentations)' : describePackage(module);
      return found.addReader(given, what);
    });
    if (readers.length > 0) {
      found.tell(
        `A MeterProvider of ${describePackage(module)} has a second reader now, since ${SECOND_READER} is set: each ` +
          'recording of its metrics costs twice',
      );
    }
    return {
      options: withReaders(options, [...readers, reader]),
      isChanged: true,
      finish: (provider) => {
        instrumentations.use(provider);
        if (readers.length === 0 && source !== undefined) this.watchReaders(provider, source, module);
      },
    };
  }

  /** A reader of the app takes the place of ours. */
  private watchReaders(provider: Provider, source: MetricsSource, module: SeenModule): void {
    const add = provider.addMetricReader?.bind(provider);
    if (add === undefined || this.dependencies.settings.secondReader) return;
    provider.addMetricReader = (reader) => {
      delete provider.addMetricReader;
      this.guarded(() => {
        this.dependencies.found.drop(source);
        if (!isPm2Reader(reader)) this.tellOfOther(module);
      });
      return add(reader);
    };
  }

  private tellOfOther(module: SeenModule): void {
    this.dependencies.found.tellOnce(
      'reader',
      `A MeterProvider of ${describePackage(module)} has a reader already, so its metrics are not exported: with a second ` +
        `reader each recording costs twice. Set ${SECOND_READER}=1 if that is wanted, or replace the reader by Pm2MetricReader`,
    );
  }

  /** The app's own code goes on, whatever happens here. */
  private guarded<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      this.dependencies.logger.warn(`The preload does not export the metrics of a MeterProvider: ${messageOf(error)}`);
      return undefined;
    }
  }
}

function construct(target: Constructor, plan: Plan | undefined, args: unknown[], made: Constructor): object {
  const [, ...rest] = args;
  if (plan?.isChanged !== true) return Reflect.construct(target, args, made);
  return Reflect.construct(target, [plan.options, ...rest], made);
}

function readersOf(options: unknown): readonly unknown[] {
  const readers = (options as { readers?: unknown } | null | undefined)?.readers;
  return Array.isArray(readers) ? readers : [];
}

function withReaders(options: unknown, readers: readonly unknown[]): object {
  const own = typeof options === 'object' && options !== null ? options : {};
  return Object.assign(Object.create(Object.getPrototypeOf(own) as object | null) as object, own, { readers });
}
