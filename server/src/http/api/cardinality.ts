/** `GET /api/cardinality`: what has how many series. */
import type { RouteHandlerMethod } from 'fastify';
import type { MetricsCluster } from '../../metrics-cluster';

export function addCardinality(
  get: (url: string, handler: RouteHandlerMethod) => void,
  cluster: Pick<MetricsCluster, 'cardinality'>,
): void {
  get('/api/cardinality', async (_, reply) => reply.send(await cluster.cardinality()));
}
