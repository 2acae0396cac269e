'use strict';

/** Configuration of the example server. What differs from run to run comes by environment variables. */

const { PORT, LOOP_RECORD_FILE, WITHOUT_EXPORTER, EXPORTER_CONFIG } = process.env;

module.exports = {
  name: 'PM2 exporter example',
  port: Number(PORT ?? 5050),
  indexPage: '/shop',
  pluginPackageFolders: [
    // In a real installation this is ./node_modules/@mashroom, where npm puts the exporter.
    { path: '../..' },
    { path: './plugins/metrics-collector-stand-in' },
    { path: './plugins/shop' },
    ...(LOOP_RECORD_FILE ? [{ path: './plugins/loop-recorder' }] : []),
  ],
  ignorePlugins: WITHOUT_EXPORTER ? ['Mashroom Monitoring PM2 Exporter'] : [],
  plugins: {
    'Mashroom Monitoring PM2 Exporter': {
      mashroomMetrics: ['mashroom_plugins_*', 'mashroom_sessions_total', 'mashroom_http_*', 'shop_*'],
      intervalMs: 5000,
      ...JSON.parse(EXPORTER_CONFIG ?? '{}'),
    },
  },
};
