/**
 * Sees which modules the app loads, through the hooks that OpenTelemetry's instrumentations use as well. Both are peers:
 * an app that has an instrumentation has them.
 *
 * All files of a package are looked at, not only its main file. So what an ES module imports from a package of CommonJS is
 * seen too: Node.js loads the package's inner files by `require()`.
 */
import { createRequire, register } from 'node:module';
import { sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../core/values';
import type { Logger } from '../logger';
import type { App } from './app';

export interface SeenModule {
  /** The name of the package. */
  readonly package: string;
  /** Of the package. */
  readonly folder: string | undefined;
}

/** @returns the exports, or what the app gets in place of them */
export type OnModule = (exports: unknown, module: SeenModule) => unknown;

type OnLoad = (exports: unknown, name: string, folder?: string) => unknown;
type Hook = new (names: readonly string[], options: { readonly internals: boolean }, onLoad: OnLoad) => object;

const FOR_COMMONJS = 'require-in-the-middle';
const FOR_ES_MODULES = 'import-in-the-middle';
/** Up to Node.js 22.14 each package that is looked for is CommonJS: sdk-metrics 3, with ES modules, asks for 22.15. */
const ES_MODULES_SINCE = [22, 15] as const;

/** @returns whether modules are seen at all. If not, the log says why */
export function installHooks(byPackage: ReadonlyMap<string, OnModule>, app: App, logger: Logger): boolean {
  const names = [...byPackage.keys()];
  const onLoad: OnLoad = (exports, name, folder) => {
    try {
      const found = names.find((one) => name === one || name.startsWith(one + sep) || name.startsWith(`${one}/`));
      if (found === undefined) return exports;
      return byPackage.get(found)?.(exports, { package: found, folder }) ?? exports;
    } catch (error) {
      logger.warn(`The preload does not export the metrics of ${name}: ${messageOf(error)}`);
      return exports;
    }
  };
  try {
    const Hook = loadHook(FOR_COMMONJS, app) as Hook;
    new Hook(names, { internals: true }, onLoad);
  } catch (error) {
    logger.warn(
      `Metrics of this app are not found without ${FOR_COMMONJS}, which cannot be loaded (${firstLine(error)}). ` +
        `Run: npm install ${FOR_COMMONJS}`,
    );
    return false;
  }
  if (app.isEsModule && isSince(ES_MODULES_SINCE)) hookEsModules(names, onLoad, app, logger);
  return true;
}

function hookEsModules(names: readonly string[], onLoad: OnLoad, app: App, logger: Logger): void {
  try {
    const Hook = loadHook(FOR_ES_MODULES, app) as Hook;
    const load = loaderOf(FOR_ES_MODULES, app);
    const options = { include: names };
    const inThread = inThreadHooks(load);
    if (inThread !== undefined) inThread.register(options);
    else register(pathToFileURL(load.resolve(`${FOR_ES_MODULES}/hook.mjs`)), { data: options });
    new Hook(names, { internals: false }, onLoad);
  } catch (error) {
    logger.warn(
      `Metrics of packages that are ES modules, such as @opentelemetry/sdk-metrics 3, are not found without ` +
        `${FOR_ES_MODULES}, which cannot be loaded (${firstLine(error)}). Run: npm install ${FOR_ES_MODULES}`,
    );
  }
}

interface InThreadHooks {
  register(options: object): void;
  supportsSyncHooks(): boolean;
}

/** @returns `undefined` where Node.js or the package has only hooks in a thread of their own, which takes longer */
function inThreadHooks(load: NodeJS.Require): InThreadHooks | undefined {
  try {
    const hooks = load(`${FOR_ES_MODULES}/register-hooks.mjs`) as InThreadHooks;
    return hooks.supportsSyncHooks() ? hooks : undefined;
  } catch {
    return undefined;
  }
}

function loadHook(name: string, app: App): unknown {
  return loaderOf(name, app)(name);
}

/** The package's own `require`, or the app's, which may have the peer where the package does not see it. */
function loaderOf(name: string, app: App): NodeJS.Require {
  const own = createRequire(__filename);
  try {
    own.resolve(name);
    return own;
  } catch {
    return createRequire(app.resolve(name) ?? __filename);
  }
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0] ?? '';
}

function isSince([major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
