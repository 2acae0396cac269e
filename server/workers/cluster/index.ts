/** The merging of a cluster's snapshots. */
export { DEFAULT_GAUGE_RULES } from './gauges/default-rules';
export { ClusterMerger } from './merger';
export { loadStates } from './state/load-states';
export { appendChanges, replaceFile, saveStates } from './state/write-states';
