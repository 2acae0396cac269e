/** The Chromium of the system. */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** Without its sandbox it starts as root too, as in a container. */
const LAUNCH_FLAGS = ['--no-sandbox'];

/** @returns its path; `undefined`: there is none in PATH */
function findChromium() {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, 'chromium')).find((file) => fs.existsSync(file));
}

module.exports = { findChromium, LAUNCH_FLAGS };
