/** `mashroom.json`: the plugin's definition, and how Mashroom Server merges the user's configuration into it. */
import Ajv from 'ajv';
import test from 'ava';
import definition from '../../mashroom.json';
import { readConfig } from '../../src/config/read-config';

interface PluginUtils {
  createPluginConfig(plugin: object, loader: object, context: object): object;
}

const { createPluginConfig } = require('@mashroom/mashroom/dist/utils/plugin-utils') as PluginUtils;

const [plugin] = definition.plugins;

/** The plugin's configuration as the server hands it to the bootstrap function. */
function configured(config: object): object {
  return createPluginConfig(
    { name: plugin?.name, pluginDefinition: plugin },
    { generateMinimumConfig: () => ({}) },
    { serverConfig: { plugins: { 'Mashroom Monitoring PM2 Exporter': config } } },
  );
}

test('the definition is what a server that has the original exporter looks for', (t) => {
  t.is(definition.plugins.length, 1);
  t.like(plugin, {
    name: 'Mashroom Monitoring PM2 Exporter',
    type: 'services',
    namespace: 'pm2Exporter',
    requires: ['Mashroom Monitoring Metrics Collector Services'],
    bootstrap: './dist/src/mashroom.js',
  });
});

test("the definition is valid by Mashroom's own schema", (t) => {
  const schema = require('@mashroom/mashroom-json-schemas/schemas/mashroom-plugins.json') as object;
  const ajv = new Ajv({ strict: false });
  t.true(ajv.validate(schema, definition), ajv.errorsText());
});

test('the default configuration is that of the code', (t) => {
  t.deepEqual(readConfig(plugin?.defaultConfig), readConfig({}));
  t.deepEqual(readConfig(configured({})), readConfig({}));
});

test('a key that takes a boolean or an object has no default here, since the server would merge into it', (t) => {
  const pmxMetrics = { v8: { heap_used_size: true }, runtime: { gcOldPause: true }, http: false, network: false };
  t.deepEqual(readConfig(configured({ pmxMetrics })), {
    config: { ...readConfig({}).config, pmxMetrics: { ...pmxMetrics, eventLoop: true } },
    problems: [],
  });
});

test("a list of the user's replaces the default one", (t) => {
  t.deepEqual(readConfig(configured({ mashroomMetrics: ['mine'] })).config.mashroomMetrics, ['mine']);
});
