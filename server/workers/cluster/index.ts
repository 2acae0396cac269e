/** The merging of a cluster's snapshots. */
export { DEFAULT_GAUGE_RULES } from './gauges/default-rules';
export { ClusterMerger } from './merger';
export { readState, writeState } from './state/state-file';
