/** The formats that Prometheus reads, and which of them a request asks for. */
import type { IncomingHttpHeaders } from 'node:http';
import Negotiator from 'negotiator';
import type { Format } from '../../protocol/render';

/** @see https://prometheus.io/docs/instrumenting/content_negotiation/ */
export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  protobuf: 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
};

/** How names with other than the classic letters may be written. No metric has such a name here: all are the same. */
const ESCAPING = ['allow-utf-8', 'underscores', 'dots', 'values'];

/** In the order of preference: a request that accepts several equally gets the first, which people can read. */
const OFFERS: ReadonlyMap<string, Format> = new Map(
  (['text', 'openmetrics', 'protobuf'] as const).flatMap((format) =>
    ESCAPING.map((escaping) => [`${CONTENT_TYPES[format]}; escaping=${escaping}`, format] as const),
  ),
);
const TYPES = [...OFFERS.keys()];

/** Whether the client prefers gzip to no compression. */
export function prefersGzip(headers: IncomingHttpHeaders): boolean {
  return new Negotiator({ headers }).encoding(['gzip', 'identity']) === 'gzip';
}

/** What `/` is shown as: a browser asks for a page by name, and gets it; what accepts anything gets plain text. */
const SHOWN = { 'text/plain': 'text', 'text/html': 'page', 'application/json': 'json' } as const;
export type Shown = (typeof SHOWN)[keyof typeof SHOWN];

export function shownAs(headers: IncomingHttpHeaders): Shown {
  const type = new Negotiator({ headers }).mediaType(Object.keys(SHOWN)) ?? 'text/plain';
  return SHOWN[type as keyof typeof SHOWN];
}

/** @returns the offered format with the highest `q`; text, which every scraper reads, if none of them is accepted */
export function negotiate(headers: IncomingHttpHeaders): Format {
  return OFFERS.get(new Negotiator({ headers }).mediaType(TYPES) ?? '') ?? 'text';
}
