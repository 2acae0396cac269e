/** The merging of a cluster's snapshots. */
export { DEFAULT_GAUGE_RULES } from './default-rules';
export { ClusterMerger } from './merger';
export { readState, writeState } from './state-file';
