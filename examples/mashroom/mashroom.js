'use strict';

/** Configuration of the example server. What differs from run to run comes by environment variables. */

const { PORT, LOOP_RECORD_FILE, WITHOUT_EXPORTER, EXPORTER_CONFIG, DEMO_COLLECTOR = 'stand-in' } = process.env;
/** Folders of the packages of Mashroom's portal, which the demo does without, and of its files. */
const { PORTAL_PACKAGES, PORTAL_FILES } = process.env;

const COLLECTORS = {
  // In a real installation it is ./node_modules/@mashroom/mashroom-monitoring-pm2-exporter/collector.
  own: [{ path: '../../collector' }, { path: './plugins/extra-series' }],
  'stand-in': [{ path: './plugins/metrics-collector-stand-in' }],
  none: [],
};

module.exports = {
  name: 'PM2 exporter example',
  port: Number(PORT ?? 5050),
  indexPage: '/shop',
  pluginPackageFolders: [
    // In a real installation this is ./node_modules/@mashroom, where npm puts the exporter.
    { path: '../..' },
    ...COLLECTORS[DEMO_COLLECTOR],
    { path: './plugins/shop' },
    ...(PORTAL_PACKAGES ? [{ path: PORTAL_PACKAGES }] : []),
    ...(LOOP_RECORD_FILE ? [{ path: './plugins/loop-recorder' }] : []),
  ],
  ignorePlugins: WITHOUT_EXPORTER ? ['Mashroom Monitoring PM2 Exporter'] : [],
  plugins: {
    'Mashroom Monitoring PM2 Exporter': {
      mashroomMetrics: [
        ...[{ vital: 'requests' }, { vital: 'errors' }, { vital: 'latency' }, { vital: 'eventLoop' }],
        { metric: 'mashroom_http_requests_total', by: ['route'], as: 'rate', top: 3, name: 'hot', unit: '' },
        'mashroom_plugins_*',
        // In Mashroom its plugin for sessions has this metric. Here only the stand-in has it.
        ...(DEMO_COLLECTOR === 'stand-in' ? ['mashroom_sessions_total'] : []),
        ...(Number(process.env.DEMO_SERIES) > 0 ? ['shop_*'] : []),
      ],
      intervalMs: 5000,
      ...JSON.parse(EXPORTER_CONFIG ?? '{}'),
    },
    ...(PORTAL_FILES && {
      'Mashroom Storage Filestore Provider': { dataFolder: `${PORTAL_FILES}/storage` },
      'Mashroom Security Services': { acl: `${PORTAL_FILES}/acl.json` },
    }),
  },
};
