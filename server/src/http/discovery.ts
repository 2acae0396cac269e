/**
 * Targets for Prometheus' HTTP service discovery: one per instance, and always the full list.
 *
 * @see https://prometheus.io/docs/prometheus/latest/http_sd/
 */
import type { Socket } from 'node:net';
import { instanceLabels, type LabelNames } from '../../protocol/labels';
import type { InstanceOfApp } from '../view';

export interface TargetGroup {
  readonly targets: readonly [string];
  readonly labels: Readonly<Record<string, string>>;
}

export interface DiscoveryOptions {
  readonly labels: LabelNames;
  readonly tls: boolean;
}

export function targetGroups(
  instances: readonly InstanceOfApp[],
  target: string,
  options: DiscoveryOptions,
): TargetGroup[] {
  const { labels, tls } = options;
  return instances.map((instance) => ({
    targets: [target],
    labels: {
      ...(tls && { __scheme__: 'https' }),
      // The one that leaves nothing out, in whatever format a scraper asks.
      __metrics_path__: `/metrics/${instance.pmId}/all`,
      ...Object.fromEntries(instanceLabels(instance, labels)),
    },
  }));
}

/** A name, an IPv4 or a bracketed IPv6 address, with a port or without. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9._-]{0,253})|\[[0-9a-f:.]{2,45}\])(?::(\d{1,5}))?$/i;

/**
 * The address at which the scraper has reached this server, and will reach it again: its `Host` header, or else the address of
 * the socket if the header is not a valid address.
 */
export function targetOf(
  host: string | undefined,
  socket: Pick<Socket, 'localAddress' | 'localPort'>,
  tls: boolean,
): string {
  const match = HOST.exec(host ?? '');
  const isPort = Number(match?.[1] ?? 1) >= 1 && Number(match?.[1] ?? 1) <= 65_535;
  // The pattern admits invalid addresses too: "08" ends in a number, so it has to be an IPv4 address, and is not one.
  if (host !== undefined && match !== null && isPort && URL.canParse(`http://${host}`)) {
    return match[1] === undefined ? `${host}:${tls ? 443 : 80}` : host;
  }
  const address = (socket.localAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
  return `${address.includes(':') ? `[${address}]` : address}:${socket.localPort ?? 0}`;
}
