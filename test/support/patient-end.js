'use strict';

/** A process that requires this has as long for its last numbers as a busy machine may need. */
globalThis[Symbol.for('@mashroom/mashroom-monitoring-pm2-exporter patience at the end')] = 15_000;
