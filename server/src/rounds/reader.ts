/** Makes snapshots of what processes send: answers in either form, and last numbers. */
import type { ClusterFailureCode } from '../../protocol/tasks';
import { countWhileHeld } from '../../../core/pool/shared-memory';
import type { Snapshot } from '../../../core/snapshot';
import { messageOf } from '../../../core/values';
import type { Decoded, KnownPage } from '../../../core/wire/decode';
import type { Answer, CompactBody, PlainBody } from './messages/answer';
import type { KnownRun, Request } from './runs/known-run';
import { PlainEncoder } from './messages/plain-encoder';
import { PlainFormError } from './messages/plain-form';
import type { ErrorKind } from './result';

/**
 * Has a worker thread decode a payload, into shared memory.
 * @param known pages that the message may leave out, by the exporter's ids
 * @param firstPageId the id that the first page of the snapshot gets that is not known; the others get the next ones
 * @throws an error whose `code` is a {@link ClusterFailureCode}
 */
export type Decode = (payload: string, known: ReadonlyMap<number, KnownPage>, firstPageId: number) => Promise<Decoded>;

export interface ReaderOptions {
  readonly decode: Decode;
  /** Largest payload of a compact answer, in characters. */
  readonly maxPayload: number;
  /** Largest number of series of one instance. */
  readonly maxSeries: number;
}

export class AnswerError extends Error {
  override readonly name = 'AnswerError';

  constructor(
    readonly kind: ErrorKind,
    message: string,
  ) {
    super(message);
  }
}

/** What is read of a message in the compact form. */
interface Compact {
  readonly known: KnownRun;
  readonly body: CompactBody;
  /** Pages that it may leave out. */
  readonly pages: ReadonlyMap<number, KnownPage>;
  readonly isAnswer: boolean;
}

const REPLACED =
  'another process answered than PM2 has listed, probably its successor; the next round knows which one it is';
const STOPPED = 'it is of an exporter that was stopped in its process, and another one has been heard since';
const NO_PAGES: ReadonlyMap<number, KnownPage> = new Map();
/** A common histogram has about 24 numbers per series. */
const NUMBERS_PER_SERIES = 64;

export class Reader {
  constructor(private readonly options: ReaderOptions) {}

  /** @throws AnswerError */
  read(request: Request, { body }: Answer, receivedAt: number): Promise<Snapshot> {
    const { known } = request;
    return body.form === 'snapshot'
      ? known.inTurn(() => this.readAnswer(request, body))
      : this.encode(known, body, receivedAt);
  }

  /**
   * Takes in the last numbers of a run, or of an exporter that was stopped within it. To be called in the run's turn.
   * @throws AnswerError
   */
  async readLast(known: KnownRun, body: CompactBody): Promise<void> {
    if (known.isKnown(body)) return;
    await this.decode({ known, body, pages: known.pagesOf(body.incarnation), isAnswer: false });
  }

  private async readAnswer({ known, base }: Request, body: CompactBody): Promise<Snapshot> {
    if (!known.noteIdentity(`pid ${body.pid}`)) throw new AnswerError('replaced', REPLACED);
    // The last numbers of the process may have come while its answer was on its way.
    if (known.last !== undefined && known.isKnown(body)) return known.last.snapshot;
    const pages = base?.incarnation === body.incarnation ? base.pages : NO_PAGES;
    return this.decode({ known, body, pages, isAnswer: true });
  }

  private async decode({ known, body, pages, isAnswer }: Compact): Promise<Snapshot> {
    const { decode, maxPayload } = this.options;
    const { incarnation, generation, payload } = body;
    if (known.incarnations.isFormer(incarnation)) throw new AnswerError('stale', STOPPED);
    if (payload.length > maxPayload) {
      throw new AnswerError('too_large', `its payload has ${payload.length} characters, more than ${maxPayload}`);
    }
    let decoded: Decoded;
    try {
      decoded = await decode(payload, pages, known.takePageIds());
    } catch (error) {
      // The kept pages may be the cause: the next request names none, so that the instance sends all of them.
      if (isAnswer) known.last = undefined;
      throw toAnswerError(error);
    }
    if (decoded.snapshot.incarnation !== incarnation || decoded.snapshot.generation !== generation) {
      throw new AnswerError('malformed', 'its payload is of another snapshot than it says');
    }
    const snapshot = { ...decoded.snapshot, incarnation: known.incarnations.enter(incarnation) };
    // Each answer has new numbers. Hardly anything else fills the heap, so without this V8 would keep the numbers before.
    countWhileHeld(snapshot);
    known.last = { incarnation, snapshot, pages: decoded.pages };
    return snapshot;
  }

  private async encode(known: KnownRun, { data }: PlainBody, receivedAt: number): Promise<Snapshot> {
    const { maxSeries } = this.options;
    const limits = { maxDataPoints: 2 * maxSeries, maxNumbers: NUMBERS_PER_SERIES * maxSeries };
    known.plain ??= new PlainEncoder(maxSeries, limits);
    let encoded;
    try {
      encoded = await known.plain.encode(data, receivedAt);
    } catch (error) {
      // Any other error is the encoder's, for a shape that it does not expect.
      throw toAnswerError(error instanceof PlainFormError ? error : new PlainFormError('MALFORMED', messageOf(error)));
    }
    const { snapshot, since } = encoded;
    if (since !== undefined && !known.noteIdentity(`since ${since}`)) throw new AnswerError('replaced', REPLACED);
    return snapshot;
  }
}

function toAnswerError(error: unknown): AnswerError {
  const { code } = error as { readonly code?: string };
  return new AnswerError(KINDS.get(code) ?? 'worker', messageOf(error));
}

/** Failures that the answer has caused. Any other code is a failure of the worker thread. */
const KINDS: ReadonlyMap<string | undefined, ErrorKind> = new Map<ClusterFailureCode, ErrorKind>([
  ['MALFORMED', 'malformed'],
  ['TOO_LARGE', 'too_large'],
  ['MISSING_PAGES', 'missing_pages'],
  ['UNSUPPORTED', 'unsupported'],
]);
