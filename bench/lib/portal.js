'use strict';

/** Mashroom's portal, whose packages are installed beside the benchmarks. It makes a demo site at its first start. */

const { existsSync, mkdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const PACKAGES = path.join(__dirname, '..', 'node_modules', '@mashroom');
/** Files of a portal that has been set up. Without them it would look for them, and log that, at each request. */
const FILES = {
  'acl.json': { '/portal/**': { '*': { allow: 'any' } } },
  'storage/mashroom-security-resource-permissions.json': { d: [] },
};

/**
 * @param {string} folder keeps the site for all servers, which run one after the other
 * @returns {{path: string, env: object, marker: string}} what `measureServer` is to request
 */
function portalPage(folder) {
  if (!existsSync(path.join(PACKAGES, 'mashroom-portal')))
    throw new Error("Mashroom's portal is not installed beside the benchmarks. `npm ci --prefix bench` installs it");
  const files = path.join(folder, 'portal');
  mkdirSync(path.join(files, 'storage'), { recursive: true });
  for (const [name, content] of Object.entries(FILES)) writeFileSync(path.join(files, name), JSON.stringify(content));
  return {
    path: '/portal/web',
    env: { PORTAL_PACKAGES: PACKAGES, PORTAL_FILES: files },
    marker: 'MashroomPortalPageId',
  };
}

module.exports = { portalPage };
