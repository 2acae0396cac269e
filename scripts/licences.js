/** The licences of packages that became part of a bundle, as one text. */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const LICENCE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/**
 * @param {readonly string[]} files paths of modules in `node_modules`
 * @throws where a package has no licence, since its code must not be published without one
 */
function licencesOf(files) {
  const folders = [...new Set(files.map(packageFolder))];
  const texts = folders.map((folder) => {
    const { name, version, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const found = fs.readdirSync(folder).filter((file) => LICENCE.test(file));
    // Some packages only name their licence, which is then all that they say of it.
    if (license === undefined && found.length === 0) throw new Error(`${name} has no licence`);
    const text = found.map((file) => `\n${fs.readFileSync(path.join(folder, file), 'utf8').trim()}\n`).join('');
    return `${name} ${version} (${license})\n${text}`;
  });
  return texts.toSorted().join(`\n${'-'.repeat(80)}\n\n`);
}

function packageFolder(file) {
  const parts = file.replaceAll('\\', '/').split('/');
  const at = parts.lastIndexOf('node_modules');
  return parts.slice(0, at + (parts[at + 1].startsWith('@') ? 3 : 2)).join('/');
}

module.exports = { licencesOf };
