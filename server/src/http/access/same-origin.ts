/** Refuses what another site has a browser post here. */
import type { FastifyRequest } from 'fastify';
import { HttpError } from '../errors';

/**
 * Browsers say whether a request comes from a page of this server: by `Sec-Fetch-Site` where the connection is secure or local, by
 * `Origin` always. Other clients send neither, and no cookie of a user.
 *
 * @throws HttpError
 */
export function checkOrigin({ headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) {
    if (site !== 'same-origin' && site !== 'none') refuse();
    return;
  }
  const { origin } = headers;
  if (origin === undefined) return;
  const hosts = [headers.host, headers['x-forwarded-host']];
  if (!URL.canParse(origin) || !hosts.includes(new URL(origin).host)) refuse();
}

function refuse(): never {
  throw new HttpError(
    403,
    'This comes from a page of another site. Behind a reverse proxy, have it pass the header Host or X-Forwarded-Host on.',
  );
}
