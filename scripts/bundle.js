/**
 * Makes of the sources what is published: a few files of JavaScript for each of the two packages, and the exporter's
 * public types in one file. What a package declares as a dependency stays an import.
 */
'use strict';

const path = require('node:path');
const { isBuiltin } = require('node:module');
const { root } = require('./ensure');

/** By folder of `dist`: the entry files of one thread of one program. */
const BUNDLES = [
  { package: '.', folder: 'src', entries: { index: 'src/index.ts', mashroom: 'src/mashroom/plugin.ts' } },
  { package: '.', folder: 'workers', entries: { worker: 'workers/worker.ts' } },
  { package: 'server', folder: 'src', entries: { main: 'server/src/main.ts' } },
  { package: 'server', folder: 'workers', entries: { worker: 'server/workers/worker.ts' } },
];

async function bundle() {
  const { rolldown } = await import('rolldown');
  const { rollup } = await import('rollup');
  const { dts } = await import('rollup-plugin-dts');
  for (const { package: name, folder, entries } of BUNDLES) {
    const { dependencies } = require(path.join(root, name, 'package.json'));
    const declared = Object.keys(dependencies);
    const bundled = await rolldown({
      cwd: root,
      input: entries,
      platform: 'node',
      external: (id) => isBuiltin(id) || declared.some((one) => id === one || id.startsWith(`${one}/`)),
    });
    await bundled.write({
      dir: path.join(root, name, 'dist', folder),
      format: 'cjs',
      exports: 'named',
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
    });
    await bundled.close();
  }
  const types = await rollup({ input: path.join(root, 'build/src/index.d.ts'), plugins: [dts()] });
  await types.write({ file: path.join(root, 'dist/src/index.d.ts') });
  await types.close();
}

module.exports = { bundle };
