/** The metrics that `pm2 monit` shows by default. */
import type { MetricEntry } from './metric-entry';

/**
 * In a Mashroom server: gauges that tell an operator whether the server and its back ends are well. A name that a server
 * does not have shows nothing, so the list has the names of Mashroom 2.x and of 3.x.
 *
 * Metrics with route, method or status are for the user to add: they would push the others out of a small pane.
 */
export const DEFAULT_METRICS: readonly MetricEntry[] = [
  'mashroom_plugins_total',
  'mashroom_plugins_loaded_total',
  'mashroom_plugins_error_total',

  // Microfrontends of other hosts, as named up to 2.8, in 2.9 and in 3.0.
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

  // The connection pools of the proxy, as named before and since there is one per scheme.
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

  // Back ends: 1 when connected, or the number of connected nodes.
  'mashroom_sessions_mongodb_connected',
  'mashroom_sessions_redis_nodes_connected',
  'mashroom_storage_mongodb_connected',
  'mashroom_memory_cache_entries_added_total',
  'mashroom_memory_cache_hit_ratio',
  'mashroom_memory_cache_redis_nodes_connected',
  'mashroom_messaging_amqp_connected',
  'mashroom_messaging_mqtt_connected',

  // Behind what the original exporter shows. Sessions are above.
  { vital: 'requests' },
  { vital: 'errors' },
  { vital: 'latency' },
  { vital: 'eventLoop' },
];

/**
 * In any other process: its vitals, and what OpenTelemetry's instrumentations and prom-client measure of it beside them, under
 * the names that they use by default.
 */
export const PROCESS_METRICS: readonly MetricEntry[] = [
  { vital: 'requests' },
  { vital: 'errors' },
  { vital: 'latency' },
  { vital: 'eventLoop' },
  { metric: '{nodejs.eventloop.utilization,nodejs_eventloop_utilization}', as: 'max', name: 'busy' },
  { metric: 'http.server.active_requests', as: 'total', name: 'active' },
  // OpenTelemetry's or prom-client's. PM2 itself shows the heap.
  { metric: '{process.memory.usage,process_resident_memory_bytes}', as: 'max', name: 'memory' },
  { vital: 'sessions' },
];

/**
 * The metrics that a user has asked for. Those of the default for Mashroom servers do not count, since users copy that list to
 * add to it.
 */
export function withoutDefaults(selection: readonly MetricEntry[]): readonly string[] {
  const isDefault = JSON.stringify(selection) === JSON.stringify(PROCESS_METRICS);
  const own = isDefault ? [] : selection.filter((entry) => !DEFAULT_METRICS.includes(entry));
  return own.flatMap((entry) => (typeof entry === 'string' ? entry : 'metric' in entry ? entry.metric : []));
}
