/**
 * Decodes the answer of an instance into shared memory. A malformed answer is a result, and no error is thrown.
 *
 * The exporter's page ids are only used to find the pages that are known. In the snapshot every page has an id that this
 * server has given it, so that what is kept of a page by its id is of that page, whatever the exporter sends.
 */
import type { ClusterFailureCode, ClusterTaskFailure, DecodeResult, DecodeTask } from '../protocol/tasks';
import { decodePayload, WireError } from '../../core/wire/decode';

const CODES: Readonly<Record<WireError['code'], ClusterFailureCode>> = {
  VERSION: 'UNSUPPORTED',
  MALFORMED: 'MALFORMED',
  TOO_LARGE: 'TOO_LARGE',
  MISSING_PAGES: 'MISSING_PAGES',
};

export function decode({ payload, known, firstPageId, ...limits }: DecodeTask): DecodeResult | ClusterTaskFailure {
  try {
    return { ok: true, kind: 'decode', ...decodePayload(payload, { known, firstPageId, ...limits }) };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return { ok: false, code: CODES[error.code], message: error.message };
  }
}
