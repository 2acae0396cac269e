/** The formats that Prometheus speaks, and which of them a request asks for. */
import type {} from '@fastify/accepts';
import type { FastifyRequest } from 'fastify';
import type { Format } from '../../protocol/tasks';

/** @see https://prometheus.io/docs/instrumenting/content_negotiation/ */
export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  protobuf: 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
};

/** How names outside of the classic letters may be written. There are none here, so that all are the same to us. */
const ESCAPING = ['allow-utf-8', 'underscores', 'dots', 'values'];

/** The order counts where a request likes several the same: whoever does not know formats gets the one for eyes. */
const OFFERS: ReadonlyMap<string, Format> = new Map(
  (['text', 'openmetrics', 'protobuf'] as const).flatMap((format) =>
    ESCAPING.map((escaping) => [`${CONTENT_TYPES[format]}; escaping=${escaping}`, format] as const),
  ),
);
const TYPES = [...OFFERS.keys()];

/** The one with the highest `q`; text, which every scraper takes, where nothing of what is asked for can be had. */
export function negotiate(request: FastifyRequest): Format {
  const type = request.type(TYPES);
  return (typeof type === 'string' ? OFFERS.get(type) : undefined) ?? 'text';
}
