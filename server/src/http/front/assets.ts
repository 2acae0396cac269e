/** The files of the page in a browser, which the package brings. Read at the start, and compressed once. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { prefersGzip } from '../formats';

/** The page loads nothing from elsewhere, runs nothing that is written into it, and no other page may frame it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
};
const FOREVER = 'public, max-age=31536000, immutable';

export interface Asset {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

export interface Assets {
  /** The page itself. */
  readonly index: Asset;
  /** What it loads, by their names. */
  readonly others: readonly Asset[];
}

const INDEX = 'index.html';

/** @returns `undefined` if there is no page in that folder */
export function readAssets(folder: string): Assets | undefined {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return undefined;
  }
  const all = names.filter((name) => TYPES[extname(name)] !== undefined).map((name) => readAsset(folder, name));
  const index = all.find(({ name }) => name === INDEX);
  return index && { index, others: all.filter((one) => one !== index) };
}

function readAsset(folder: string, name: string): Asset {
  const bytes = readFileSync(join(folder, name));
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { name, type: TYPES[extname(name)] ?? '', bytes, gzipped: gzipSync(bytes, { level: 9 }), etag };
}

export function sendAsset(asset: Asset, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { type, bytes, gzipped, etag } = asset;
  // The page names its files with their versions.
  const isVersioned = (request.query as { readonly v?: unknown }).v !== undefined;
  void reply.headers({
    'cache-control': isVersioned ? FOREVER : 'no-cache',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'referrer-policy': 'no-referrer',
    etag,
    vary: 'accept, accept-encoding',
  });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  void reply.header('content-type', type);
  if (!prefersGzip(request.headers)) return reply.send(bytes);
  return reply.header('content-encoding', 'gzip').send(gzipped);
}
