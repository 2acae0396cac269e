/** The state before the first round. */
import { randomUUID } from 'node:crypto';
import type { ClusterState } from '../../../protocol/state';
import { shared } from '../series/column-memory';

export function emptyState(): ClusterState {
  return {
    incarnation: randomUUID(),
    scopes: [],
    nextPageId: 0,
    resource: '{}',
    carried: shared(0),
    gone: new Int32Array(new SharedArrayBuffer(0)),
    runs: [],
    round: 0,
  };
}
