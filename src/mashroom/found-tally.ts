/** How the exporter finds what this package's own metrics collector has counted. Neither of the two loads the other. */
import type { Encoding } from '../../core/encoder/encoder';
import type { MetricsSource } from '../collect/sources/source';

/** The collector's service has its tally by this key, and so has the process. */
export const TALLY = Symbol.for('@mashroom/mashroom-monitoring-pm2-exporter tally');

/**
 * The plugins may be of two versions of this package after an update. Raise it with each change of what is below, or of
 * the snapshot.
 */
export const TALLY_VERSION = 2;

/** What an exporter gets. */
export interface TallyPart {
  readonly source: MetricsSource;
  /** It has added up all that was collected since the process began. Give the exporter no other one. */
  readonly encoder: Encoding;
}

export interface SharedTally {
  readonly tallyVersion: typeof TALLY_VERSION;
  attach(): TallyPart;
}

/** @returns `undefined` where it is another collector's service, or that of another version of this package */
export function tallyOf(owner: object | undefined): SharedTally | undefined {
  try {
    const tally = (owner as { readonly [TALLY]?: SharedTally } | undefined)?.[TALLY];
    return tally?.tallyVersion === TALLY_VERSION ? tally : undefined;
  } catch {
    return undefined;
  }
}
