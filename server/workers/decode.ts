/** Decodes the answer of an instance into shared memory. A malformed answer is a result, and no error is thrown. */
import type { ClusterFailureCode, ClusterTaskFailure, DecodeResult, DecodeTask } from '../protocol/tasks';
import type { Page } from '../../core/snapshot';
import { decodeSnapshot, WireError } from '../../core/wire/decode';

const CODES: Readonly<Record<WireError['code'], ClusterFailureCode>> = {
  VERSION: 'UNSUPPORTED',
  MALFORMED: 'MALFORMED',
  TOO_LARGE: 'TOO_LARGE',
  MISSING_PAGES: 'MISSING_PAGES',
};

export function decode({ payload, known, maxBytes, maxSeries }: DecodeTask): DecodeResult | ClusterTaskFailure {
  try {
    const pages = new Map(known.map((page): [number, Page] => [page.id, page]));
    return { ok: true, kind: 'decode', snapshot: decodeSnapshot(payload, { known: pages, maxBytes, maxSeries }) };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return { ok: false, code: CODES[error.code], message: error.message };
  }
}
