/** Apps for PM2: a Mashroom server with the built exporter in its node_modules, and the app that asks for metrics. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../scripts/lib/ports';
import { built, PROJECT } from './built';
import type { App, Pm2 } from './pm2';

const EXPORTER = 'Mashroom Monitoring PM2 Exporter';
const REQUESTS = 'Mashroom Monitoring Request Metrics Middleware';
const PACKAGE = 'mashroom-monitoring-pm2-exporter';
const EXAMPLE = join(PROJECT, 'examples', 'mashroom');

export interface RootOptions {
  /**
   * How npm has put the exporter there. A reload finds the files of a copy anew, while Node keeps the modules of a
   * symlinked package, so that the bootstrap runs again in the same module instance.
   */
  readonly installed?: 'copy' | 'symlink';
  /** Configuration of the exporter. */
  readonly exporter?: Readonly<Record<string, unknown>>;
  /** The metrics collectors that the server has, in this order. By default the stand-in alone. */
  readonly collectors?: readonly ('own' | 'stand-in')[];
  /** Configuration of the request middleware. */
  readonly requests?: Readonly<Record<string, unknown>>;
  /** What the server finds as OpenTelemetry's SDK; `null` for none. */
  readonly serversSdk?: string | null;
}

/** @returns the root's path */
function createServerRoot(folder: string, options: RootOptions = {}): string {
  const { installed = 'copy', serversSdk } = options;
  const root = mkdtempSync(join(folder, `root-${installed}-`));
  const scope = join(root, 'node_modules', '@mashroom');
  mkdirSync(scope, { recursive: true });
  linkModules(join(PROJECT, 'node_modules'), join(root, 'node_modules'));
  if (serversSdk !== undefined) replaceSdk(join(root, 'node_modules', '@opentelemetry'), serversSdk);
  install(join(scope, PACKAGE), installed);
  writeFileSync(join(root, 'mashroom.js'), serverConfig(options));
  cpSync(join(EXAMPLE, 'log4js.json'), join(root, 'log4js.json'));
  return root;
}

function linkModules(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (name !== '@mashroom' && !name.startsWith('.')) symlinkSync(join(from, name), join(to, name));
  }
}

function replaceSdk(scope: string, sdk: string | null): void {
  unlinkSync(scope);
  mkdirSync(scope);
  const modules = join(PROJECT, 'node_modules');
  for (const name of readdirSync(join(modules, '@opentelemetry'))) {
    const target = name === 'sdk-metrics' ? sdk : `@opentelemetry/${name}`;
    if (target !== null) symlinkSync(join(modules, target), join(scope, name));
  }
}

function install(folder: string, how: 'copy' | 'symlink'): void {
  if (how === 'symlink') {
    symlinkSync(PROJECT, folder);
    return;
  }
  for (const part of ['package.json', 'mashroom.json', 'dist', 'collector']) {
    cpSync(join(PROJECT, part), join(folder, part), { recursive: true });
  }
}

function serverConfig({ exporter = {}, requests = {}, collectors = ['stand-in'] }: RootOptions): string {
  const plugins = join(EXAMPLE, 'plugins');
  const folders = {
    own: `./node_modules/@mashroom/${PACKAGE}/collector`,
    'stand-in': join(plugins, 'metrics-collector-stand-in'),
  };
  const config = {
    name: 'Test server',
    indexPage: '/shop',
    pluginPackageFolders: [
      { path: './node_modules/@mashroom' },
      ...collectors.map((name) => ({ path: folders[name] })),
      { path: join(plugins, 'shop') },
    ],
    plugins: { [EXPORTER]: exporter, [REQUESTS]: requests },
  };
  return `module.exports = { ...${JSON.stringify(config)}, port: Number(process.env.PORT) };\n`;
}

export interface ServerOptions extends RootOptions {
  readonly name?: string;
  readonly instances?: number;
  /** Package of the OpenTelemetry SDK that the metrics collector runs on. */
  readonly sdk?: string;
  readonly series?: number;
  /** How many of its last collections the stand-in keeps: one of them is that of a reply. */
  readonly kept?: number;
}

export interface ServerApp extends App {
  readonly port: number;
  readonly root: string;
}

export async function mashroomApp(pm2: Pick<Pm2, 'folder'>, options: ServerOptions = {}): Promise<ServerApp> {
  const { name = 'mashroom', instances = 1, sdk = 'sdk-metrics-1', series = 0, kept = 4 } = options;
  await built();
  const root = createServerRoot(pm2.folder, options);
  const port = await freePort();
  return {
    name,
    root,
    port,
    script: join(__dirname, 'host', 'server.js'),
    cwd: root,
    exec_mode: 'cluster',
    instances,
    env: {
      SERVER_ROOT: root,
      PORT: String(port),
      OTEL_SDK: sdk,
      DEMO_SERIES: String(series),
      STAND_IN_KEEP: String(kept),
    },
  };
}

export function askerApp(name = 'asker'): App {
  return { name, script: join(__dirname, 'host', 'asker.js'), exec_mode: 'fork' };
}
