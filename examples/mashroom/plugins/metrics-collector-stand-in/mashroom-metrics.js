'use strict';

/** The metrics of Mashroom's collector about the server itself. */

/** @returns {() => void} ends it */
function observeMashroom({ service }, contextHolder) {
  const ref = service.addObservableCallback((observer) => {
    const plugins = contextHolder.getPluginContext().services.core.pluginService.getPlugins();
    const withStatus = (status) => plugins.filter((plugin) => plugin.status === status).length;
    observer.gauge('mashroom_plugins_total', 'Mashroom Plugins Total').set(plugins.length);
    observer.gauge('mashroom_plugins_loaded_total', 'Mashroom Plugins Loaded').set(withStatus('loaded'));
    observer.gauge('mashroom_plugins_error_total', 'Mashroom Plugins with Status Error').set(withStatus('error'));
  });
  return () => void ref.then(({ removeCallback }) => removeCallback());
}

module.exports = { observeMashroom };
