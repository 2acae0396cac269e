'use strict';

/** Counts and times every HTTP request by route, method and status. */

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SESSION_MS = 20 * 60_000;

module.exports = async function bootstrap(_pluginName, _config, contextHolder) {
  // Looked up for each request: a reload may replace the collector.
  const collector = () => contextHolder.getPluginContext().services.metrics?.service;
  await observeSessions(collector());

  return (req, res, next) => {
    const begin = process.hrtime.bigint();
    sawSession(req.headers.cookie);
    res.once('finish', () => {
      const labels = { route: routeOf(req.originalUrl), method: req.method, status: res.statusCode };
      const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
      collector()?.counter('mashroom_http_requests_total', 'HTTP Requests Total').inc(1, labels);
      collector()
        ?.histogram('mashroom_http_request_duration_seconds', 'HTTP Requests Duration in Seconds', BUCKETS)
        .record(seconds, labels);
    });
    next();
  };
};

/** Replaces numbers in a path, which are ids: each would be a route of its own. */
function routeOf(url) {
  return url
    .split('?')[0]
    .split('/')
    .map((part) => (/^\d+$/.test(part) ? '#val' : part))
    .join('/');
}

const sessions = new Map();

function sawSession(cookie) {
  const id = /\bsession=(\w+)/.exec(cookie ?? '')?.[1];
  if (id) sessions.set(id, Date.now());
}

async function observeSessions(service) {
  await service.addObservableCallback((observer) => {
    const oldest = Date.now() - SESSION_MS;
    for (const [id, seen] of sessions) if (seen < oldest) sessions.delete(id);
    observer.gauge('mashroom_sessions_total', 'Mashroom Express Sessions Total').set(sessions.size);
  });
}
