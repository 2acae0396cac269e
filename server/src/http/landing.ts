/** The page at `/`, which shows in a browser what this server offers. */
import { createHash } from 'node:crypto';
import type { Overview, ProcessOverview } from '../overview';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:48rem;padding:0 1rem}code{font-size:.9em}';

/** The page may load its own style only, and no page may frame it. */
export const LANDING_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
} as const;

export interface LandingContent {
  readonly version: string;
  readonly overview: Overview;
}

export function landingPage({ version, overview: { problem, processes } }: LandingContent): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>PM2 metrics</title>
<style>${STYLE}</style>
<h1>PM2 metrics</h1>
<ul>
<li><a href="/metrics">/metrics</a>: all instances, one by one
<li><a href="/metrics/cluster">/metrics/cluster</a>: the sums of each app
<li><a href="/sd">/sd</a>: the instances for Prometheus to discover
<li><a href="/-/healthy">/-/healthy</a>: whether this server answers
<li><a href="/-/ready">/-/ready</a>: whether it reaches PM2
</ul>
<h2>Instances</h2>
${problem === null ? '' : `<p>${escape(problem)}\n`}${processList(processes)}
<p>pm2-cluster-metrics ${escape(version)}
</html>
`;
}

function processList(processes: readonly ProcessOverview[]): string {
  if (processes.length === 0) return '';
  const items = processes.map(({ app, namespace, pmId, path, why, stack }) => {
    const full = escape(namespace === undefined ? app : `${app} in the namespace ${namespace}`);
    const name = path === null ? `${full} (${pmId})` : `<a href="${path}">${path}</a>: ${full}`;
    return `<li>${name}${why === null ? '' : `: ${escape(why)}`}${stack === null ? '' : `<pre>${escape(stack)}</pre>`}`;
  });
  return `<ul>\n${items.join('\n')}\n</ul>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? '');
}
