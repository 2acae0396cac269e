/** Makes the page of the metrics server: its script, its styles, and the document that names both by their contents. */
'use strict';

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { root } = require('./ensure');

const FOLDER = path.join(root, 'server/web');
const STYLES = ['colours', 'base', 'frame', 'processes', 'overview', 'explorer'].map((name) =>
  path.join(FOLDER, 'styles', `${name}.css`),
);

/**
 * @param {string} to the folder that gets `index.html`, `app.js` and `app.css`
 * @returns paths of all modules that it contains
 */
async function bundlePage(to) {
  const { rolldown } = await import('rolldown');
  const bundled = await rolldown({
    cwd: root,
    input: { app: path.join(FOLDER, 'main.tsx') },
    platform: 'browser',
    transform: { target: 'es2022' },
  });
  const { output } = await bundled.write({ dir: to, format: 'es', entryFileNames: '[name].js', minify: true });
  await bundled.close();
  const styles = [require.resolve('uplot/dist/uPlot.min.css'), ...STYLES];
  fs.writeFileSync(path.join(to, 'app.css'), styles.map((file) => smaller(fs.readFileSync(file, 'utf8'))).join('\n'));
  let html = fs.readFileSync(path.join(FOLDER, 'index.html'), 'utf8');
  // Browsers may keep both for ever: with other contents they have another address.
  for (const file of ['app.css', 'app.js']) {
    const hash = createHash('sha256')
      .update(fs.readFileSync(path.join(to, file)))
      .digest('base64url');
    html = html.replace(`"${file}"`, `"${file}?v=${hash.slice(0, 12)}"`);
  }
  fs.writeFileSync(path.join(to, 'index.html'), html);
  return output.flatMap(({ moduleIds = [] }) => moduleIds);
}

/** Without comments and with as little space as is needed. */
function smaller(css) {
  const text = css.replace(/\/\*.*?\*\//gs, '').replace(/\s+/g, ' ');
  return text.replace(/ ?([{};,]) ?/g, '$1').trim();
}

module.exports = { bundlePage };
