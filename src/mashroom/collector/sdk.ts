/** Loads OpenTelemetry's SDK, which belongs to the user, and makes a MeterProvider with our reader. */
import { createRequire } from 'node:module';
import type { Meter } from '@opentelemetry/api';
import type { Logger } from '../../logger';

const SDK = '@opentelemetry/sdk-metrics';
const RESOURCE = { 'service.name': 'mashroom-server' };

/** What is used of it. */
export interface SdkMeterProvider {
  getMeter(name: string): Meter;
}

interface SdkModules {
  readonly MeterProvider: new (options: object) => SdkMeterProvider;
  readonly resource: object;
}

/** sdk-metrics 3 needs a later Node.js than Mashroom does. */
const MISSING_SDK = `the package ${SDK} is missing. In the folder of the server: npm install ${SDK}@2`;

/**
 * @param serverRoot the server's folder, where the SDK is looked for first: in some installations this package is a link to a
 * folder with other modules
 * @throws Error where the package is missing
 */
export function createMeterProvider(serverRoot: string, reader: object, logger: Logger): SdkMeterProvider {
  const { MeterProvider, resource } = loadSdk(serverRoot, logger);
  return new MeterProvider({ resource, readers: [reader] });
}

function loadSdk(serverRoot: string, logger: Logger): SdkModules {
  const own = createRequire(__filename);
  let path: string;
  try {
    path = own.resolve(SDK, { paths: [serverRoot, __dirname] });
  } catch {
    throw new Error(MISSING_SDK);
  }
  const ofSdk = createRequire(path);
  passWarningsTo(logger, ofSdk);
  const { MeterProvider } = own(path) as Pick<SdkModules, 'MeterProvider'>;
  return { MeterProvider, resource: createResource(ofSdk('@opentelemetry/resources') as Resources) };
}

interface Resources {
  readonly Resource?: new (attributes: object) => object;
  readonly resourceFromAttributes?: (attributes: object) => object;
}

/** Up to 1.30 resources are made by a class, since 2.0 by a function. */
function createResource({ Resource, resourceFromAttributes }: Resources): object {
  if (resourceFromAttributes !== undefined) return resourceFromAttributes(RESOURCE);
  if (Resource !== undefined) return new Resource(RESOURCE);
  throw new Error(`the package @opentelemetry/resources of ${SDK} is of an unknown version`);
}

interface Api {
  readonly diag: { setLogger(logger: object, options: object): void };
  readonly DiagLogLevel: { readonly WARN: number };
}

/** Here all copies of OpenTelemetry's API keep what a process has only one of. */
const API = Symbol.for('opentelemetry.js.api.1');
const processWide = globalThis as { readonly [API]?: { readonly diag?: unknown } };

/** The SDK's warnings go to the server's log, unless the app has set a logger for them: a process has only one. */
function passWarningsTo(logger: Logger, ofSdk: NodeJS.Require): void {
  try {
    if (processWide[API]?.diag !== undefined) return;
    const { diag, DiagLogLevel } = ofSdk('@opentelemetry/api') as Api;
    const ignore = (): void => undefined;
    const lines = {
      error: (message: string, ...details: unknown[]) => logger.error(message, ...details),
      warn: (message: string, ...details: unknown[]) => logger.warn(message, ...details),
    };
    const all = { ...lines, info: ignore, debug: ignore, verbose: ignore };
    diag.setLogger(all, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  } catch (error) {
    logger.debug('Warnings of OpenTelemetry are not in the log of the server:', error);
  }
}

/** The server's folder; the working directory for a server that does not tell it. */
export function serverRootOf(config: { readonly serverRootFolder?: unknown } | undefined): string {
  const folder = config?.serverRootFolder;
  return typeof folder === 'string' ? folder : process.cwd();
}
