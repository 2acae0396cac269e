/**
 * What a Mashroom server shows in `pm2 monit` unless told otherwise: a name for each gauge that tells an operator
 * whether the server and what it depends on are well. Names that a server does not have show nothing, so those of
 * Mashroom 2.x and 3.x stand side by side.
 *
 * Metrics that carry route, method or status are left to the user: in small panes they push the others out.
 */
export const DEFAULT_METRICS: readonly string[] = [
  'mashroom_plugins_total',
  'mashroom_plugins_loaded_total',
  'mashroom_plugins_error_total',

  // Microfrontends of other hosts: up to 2.8, 2.9, 3.0.
  'mashroom_remote_apps_total',
  'mashroom_remote_apps_error_total',
  'mashroom_remote_apps_connection_timeout_total',
  'mashroom_remote_app_endpoints_total',
  'mashroom_remote_app_endpoints_error_total',
  'mashroom_remote_app_endpoints_connection_failed_total',
  'mashroom_remote_app_endpoints_connection_timeout_total',
  'mashroom_remote_plugin_packages_total',

  'mashroom_background_jobs_total',
  'mashroom_background_jobs_failed',
  'mashroom_sessions_total',
  'mashroom_websocket_connections_total',

  // The proxy's connection pools: before and after they were told apart by scheme.
  'mashroom_https_proxy_active_connections_total',
  'mashroom_https_proxy_idle_connections_total',
  'mashroom_https_proxy_waiting_requests_total',
  'mashroom_http_proxy_http_pool_connections_active_total',
  'mashroom_http_proxy_http_pool_connections_idle_total',
  'mashroom_http_proxy_http_pool_waiting_requests_total',
  'mashroom_http_proxy_https_pool_connections_active_total',
  'mashroom_http_proxy_https_pool_connections_idle_total',
  'mashroom_http_proxy_https_pool_waiting_requests_total',
  'mashroom_http_proxy_ws_connections_active_total',

  // Back ends: 1, or the number of nodes, when connected.
  'mashroom_sessions_mongodb_connected',
  'mashroom_sessions_redis_nodes_connected',
  'mashroom_storage_mongodb_connected',
  'mashroom_memory_cache_entries_added_total',
  'mashroom_memory_cache_hit_ratio',
  'mashroom_memory_cache_redis_nodes_connected',
  'mashroom_messaging_amqp_connected',
  'mashroom_messaging_mqtt_connected',
];
