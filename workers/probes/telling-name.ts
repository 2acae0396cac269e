/** What short names of metrics begin with. They are made unique afterwards. */

const MAX_CHARS = 7;
const SHORT_ENOUGH = /^[\w.:/-]{1,7}$/;
/** A word of so many letters says enough without the one before it. */
const LONG_WORD_CHARS = 5;
/** Of the word before a short one. */
const FORMER_CHARS = 4;

/**
 * Of the metrics that a Mashroom server shows by default. Those of different versions of Mashroom may begin alike.
 * `px` is the proxy, `ps` its pool for https, `ws` that for WebSockets.
 */
export const BY_HAND: Readonly<Record<string, string>> = {
  mashroom_plugins_total: 'plugins',
  mashroom_plugins_loaded_total: 'loaded',
  mashroom_plugins_error_total: 'failed',
  mashroom_remote_apps_total: 'remote',
  mashroom_remote_apps_error_total: 'rem.err',
  mashroom_remote_apps_connection_timeout_total: 'rem.t/o',
  mashroom_remote_app_endpoints_total: 'remote',
  mashroom_remote_app_endpoints_error_total: 'rem.err',
  mashroom_remote_app_endpoints_connection_failed_total: 'rem.con',
  mashroom_remote_app_endpoints_connection_timeout_total: 'rem.t/o',
  mashroom_remote_plugin_packages_total: 'rem.pkg',
  mashroom_background_jobs_total: 'jobs',
  mashroom_background_jobs_failed: 'job.err',
  mashroom_sessions_total: 'session',
  mashroom_websocket_connections_total: 'websock',
  mashroom_https_proxy_active_connections_total: 'px.act',
  mashroom_https_proxy_idle_connections_total: 'px.idle',
  mashroom_https_proxy_waiting_requests_total: 'px.wait',
  mashroom_http_proxy_http_pool_connections_active_total: 'px.act',
  mashroom_http_proxy_http_pool_connections_idle_total: 'px.idle',
  mashroom_http_proxy_http_pool_waiting_requests_total: 'px.wait',
  mashroom_http_proxy_https_pool_connections_active_total: 'ps.act',
  mashroom_http_proxy_https_pool_connections_idle_total: 'ps.idle',
  mashroom_http_proxy_https_pool_waiting_requests_total: 'ps.wait',
  mashroom_http_proxy_ws_connections_active_total: 'ws.act',
  mashroom_sessions_mongodb_connected: 's.mongo',
  mashroom_sessions_redis_nodes_connected: 's.redis',
  mashroom_storage_mongodb_connected: 'storage',
  mashroom_memory_cache_entries_added_total: 'cached',
  mashroom_memory_cache_hit_ratio: 'hitrate',
  mashroom_memory_cache_redis_nodes_connected: 'c.redis',
  mashroom_messaging_amqp_connected: 'amqp',
  mashroom_messaging_mqtt_connected: 'mqtt',
};

/** Words that do not say what is measured. */
const VAGUE = new Set(
  [
    'total count sum number current max info ratio usage utilization size',
    'duration latency time seconds milliseconds ms bytes',
  ].flatMap((words) => words.split(' ')),
);
/** Words at the beginning of a name that many names share. */
const BEGINNINGS = new Set(
  'mashroom http https server client process nodejs node v8js system db rpc messaging app'.split(' '),
);

/** @returns one to seven characters */
export function tellingName(metric: string): string {
  if (Object.hasOwn(BY_HAND, metric)) return BY_HAND[metric] as string;
  if (SHORT_ENOUGH.test(metric)) return metric;
  const words = tellingWords(metric.match(/[A-Z]+(?![a-z])|[A-Za-z][a-z]*\d*|\d+/g) ?? []);
  const [word = 'metric', former] = words.reverse();
  if (former === undefined || word.length >= LONG_WORD_CHARS) return word.slice(0, MAX_CHARS);
  const start = former.slice(0, Math.max(FORMER_CHARS, MAX_CHARS - word.length));
  return `${start}${word.charAt(0).toUpperCase()}${word.slice(1)}`.slice(0, MAX_CHARS);
}

/** At least one of them is left. */
function tellingWords(all: readonly string[]): string[] {
  const words = all.map((word) => word.toLowerCase());
  const telling = words.filter((word) => !VAGUE.has(word));
  const left = telling.length > 0 ? telling : words;
  while (left.length > 1 && BEGINNINGS.has(left[0] ?? '')) left.shift();
  return left;
}
