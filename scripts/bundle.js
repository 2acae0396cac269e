/**
 * Makes what is published out of the sources: for each of the two packages a few files of JavaScript, and for the
 * exporter a file with the public types of each entry. A declared dependency stays an import; every other package becomes part of
 * the bundle, and its licence part of the tarball.
 *
 * The code is not minified: names and line breaks stay, so that stack traces and the code can be read. Comments go,
 * which are a quarter of the text that V8 has to read and keep.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { isBuiltin } = require('node:module');
const { bundlePage } = require('./bundle-page');
const { root } = require('./ensure');
const { licencesOf } = require('./licences');

/** By folder of `dist`: the entry files of one thread of one program. */
const BUNDLES = [
  {
    package: '.',
    folder: 'src',
    entries: {
      index: 'src/index.ts',
      mashroom: 'src/mashroom/plugin.ts',
      collector: 'src/mashroom/collector/plugin.ts',
      requests: 'src/mashroom/requests/plugin.ts',
      opentelemetry: 'src/opentelemetry/index.ts',
      'prom-client': 'src/prom-client/index.ts',
      // Most processes only load the first one of these two.
      register: 'src/register/register.ts',
      preload: 'src/register/preload.ts',
    },
  },
  { package: '.', folder: 'workers', entries: { worker: 'workers/worker.ts' } },
  { package: 'server', folder: 'src', entries: { main: 'server/src/main.ts' } },
  { package: 'server', folder: 'workers', entries: { worker: 'server/workers/worker.ts' } },
];

/** By entry of the exporter: the declarations that its users see. */
const PUBLIC_TYPES = {
  index: 'index.d.ts',
  opentelemetry: 'opentelemetry/index.d.ts',
  'prom-client': 'prom-client/index.d.ts',
};

const OF_ONE_LIBRARY = /[\\/]src[\\/](opentelemetry|prom-client)[\\/]/;
/** What entries share, as files of names that stay. Not every user of the exporter loads the last two. */
const SHARED = [
  { name: 'exporter', test: (id) => !OF_ONE_LIBRARY.test(id), minShareCount: 2, priority: 2 },
  { name: 'reader', test: /[\\/]src[\\/]opentelemetry[\\/]/, minShareCount: 2, priority: 1 },
  { name: 'registries', test: /[\\/]src[\\/]prom-client[\\/]/, minShareCount: 2, priority: 1 },
];

/**
 * @param {object} [options]
 * @param {string} [options.to] where `dist` and `server/dist` are written
 * @param {object[]} [options.plugins] of rolldown
 */
async function bundle({ to = root, plugins = [] } = {}) {
  /** By package: the files of other packages that its bundles contain. */
  const foreign = new Map();
  const addForeign = (name, modules) => {
    foreign.set(name, [...(foreign.get(name) ?? []), ...modules.filter((id) => id.includes('node_modules'))]);
  };
  for (const { package: name, folder, entries } of BUNDLES) {
    const modules = await bundleFolder({ name, folder, entries, to, plugins });
    addForeign(name, modules);
  }
  addForeign('server', await bundlePage(path.join(to, 'server/dist/web')));
  for (const [name, files] of foreign) {
    const text = licencesOf(files);
    if (text !== '') fs.writeFileSync(path.join(to, name, 'dist/THIRD-PARTY-LICENSES.txt'), text);
  }
  await bundleTypes(to);
}

/** @returns paths of all modules that the bundle contains */
async function bundleFolder({ name, folder, entries, to, plugins }) {
  const { rolldown } = await import('rolldown');
  const { dependencies } = require(path.join(root, name, 'package.json'));
  const declared = Object.keys(dependencies);
  const bundled = await rolldown({
    cwd: root,
    input: entries,
    plugins,
    platform: 'node',
    external: (id) => isBuiltin(id) || declared.some((one) => id === one || id.startsWith(`${one}/`)),
    // ES modules, where a package has them too: what is not used of them is left out.
    resolve: { mainFields: ['module', 'main'] },
  });
  const { output } = await bundled.write({
    dir: path.join(to, name, 'dist', folder),
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    codeSplitting: { groups: SHARED },
    comments: false,
  });
  await bundled.close();
  return output.flatMap(({ moduleIds = [] }) => moduleIds);
}

async function bundleTypes(to) {
  const { rollup } = await import('rollup');
  const { dts } = await import('rollup-plugin-dts');
  for (const [name, file] of Object.entries(PUBLIC_TYPES)) {
    // The types of OpenTelemetry are those of the user's version.
    const external = ['@opentelemetry/sdk-metrics'];
    const types = await rollup({ input: path.join(root, 'build/src', file), plugins: [dts()], external });
    await types.write({ file: path.join(to, 'dist/src', `${name}.d.ts`) });
    await types.close();
  }
  // It exports nothing: it is loaded for what it does.
  fs.writeFileSync(path.join(to, 'dist/src/register.d.ts'), 'export {};\n');
}

/** Paths of the modules that bundles begin with. */
const entryFiles = BUNDLES.flatMap(({ entries }) => Object.values(entries));

module.exports = { entryFiles, bundle };
