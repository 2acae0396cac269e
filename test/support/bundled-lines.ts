/** What the exporter says in a process that its worker threads' files are missing for. */

export const PACKAGE = '@mashroom/mashroom-monitoring-pm2-exporter';

const INSTALL =
  `Name ${PACKAGE} as external to the bundler, and install it beside the bundle ` +
  '(docs/configuration.md, "In a bundle")';

export const whatToDo = (missing: string): string =>
  `The metrics of this process are not exported: the module of the worker threads is ${missing}. ${INSTALL}`;

export const IN_BUNDLE = whatToDo('not found, since the package was put into a bundle');

export const PRELOAD_IN_BUNDLE = `[pm2-exporter] No metrics are exported: the preload was put into a bundle. ${INSTALL}`;
