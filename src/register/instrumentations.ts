/**
 * Makes the instrumentations of Node.js itself that are installed for the app: they must be there before the app loads what
 * they measure. An app that makes its own has only its own.
 */
import { createRequire } from 'node:module';
import { messageOf } from '../../core/values';
import type { Logger } from '../logger';
import type { App } from './app';
import type { FoundSources } from './found-sources';
import type { OnModule, SeenModule } from './hooks';
import { Replacements, type Constructor } from './replace-export';

interface Instrumentation {
  setMeterProvider(provider: object): void;
  disable(): void;
}

const SDK = '@opentelemetry/sdk-metrics';
/** By package: the class, and its options. Requests that the app sends stay as they are. */
const KINDS = new Map([
  ['@opentelemetry/instrumentation-runtime-node', { name: 'RuntimeNodeInstrumentation', options: {} }],
  [
    '@opentelemetry/instrumentation-http',
    { name: 'HttpInstrumentation', options: { disableOutgoingRequestInstrumentation: true } },
  ],
]);
/** An app that makes a MeterProvider has made it by then. */
const PROVIDER_WITHIN_MS = 5_000;

export class Instrumentations {
  readonly modules: ReadonlyMap<string, OnModule>;
  private readonly own = new Map<string, Instrumentation>();
  private readonly replacements = new Replacements();
  private isMaking = false;
  private provider: object | undefined;
  /** Whether a MeterProvider is being made for them, and not by the app. */
  isProviding = false;

  constructor(
    private readonly app: App,
    private readonly found: FoundSources,
    private readonly logger: Logger,
  ) {
    const onModule: OnModule = (exports, module) => this.onModule(exports, module);
    this.modules = new Map([...KINDS.keys()].map((name) => [name, onModule]));
  }

  /** Call this before the app runs, with the hooks in place. */
  make(): void {
    for (const [name, kind] of KINDS) {
      const file = this.app.resolve(name);
      // What another preload has loaded is the app's.
      if (
        file === undefined ||
        createRequire(__filename).cache[file] !== undefined ||
        this.app.resolve(SDK) === undefined
      )
        continue;
      this.attempt(name, () => {
        this.isMaking = true;
        const Made = (this.app.load(name) as Readonly<Record<string, Constructor>>)[kind.name];
        if (Made !== undefined) this.own.set(name, new Made(kind.options) as Instrumentation);
      });
      this.isMaking = false;
    }
    if (this.own.size === 0) return;
    // The patches of a server are in its prototype. An ES module's import alone does not make them.
    if (this.app.isEsModule && this.own.has('@opentelemetry/instrumentation-http')) {
      this.attempt('http', () => ['http', 'https'].forEach((name) => createRequire(__filename)(name) as unknown));
    }
    setTimeout(() => this.provide(), PROVIDER_WITHIN_MS).unref();
  }

  /** @param provider whose metrics are exported. The first one counts */
  use(provider: object): void {
    if (this.provider !== undefined) return;
    this.provider = provider;
    for (const [name, one] of this.own) this.attempt(name, () => one.setMeterProvider(provider));
  }

  /** Disables all of them, unless they have a MeterProvider. */
  end(): void {
    if (this.provider === undefined) for (const name of [...this.own.keys()]) this.remove(name);
  }

  private provide(): void {
    if (this.own.size === 0 || this.provider !== undefined) return;
    if (!this.found.isOpen) {
      this.end();
      return;
    }
    this.attempt(SDK, () => {
      const { MeterProvider } = this.app.load(SDK) as { MeterProvider: Constructor };
      // Made as the app would make it, so that it gets our reader and is used.
      this.isProviding = true;
      new MeterProvider();
    });
    this.isProviding = false;
  }

  private onModule(exports: unknown, module: SeenModule): unknown {
    const kind = KINDS.get(module.package);
    if (kind === undefined) return exports;
    return this.replacements.replace(exports, kind.name, (original) => this.wrap(original, module.package));
  }

  private wrap(original: Constructor, name: string): object {
    const wrapped: object = new Proxy(original, {
      construct: (target, args: unknown[], newTarget) => {
        if (!this.isMaking) this.remove(name);
        return Reflect.construct(target, args, newTarget === wrapped ? target : newTarget) as object;
      },
    });
    return wrapped;
  }

  private remove(name: string): void {
    const one = this.own.get(name);
    this.own.delete(name);
    if (one !== undefined) this.attempt(name, () => one.disable());
  }

  private attempt(what: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.logger.warn(`The preload cannot use ${what}: ${messageOf(error)}`);
    }
  }
}
