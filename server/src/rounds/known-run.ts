/**
 * What is known of one run: its last snapshot, and the requests that it has not answered. All of it belongs to the run that
 * PM2 has listed, whatever an answer claims to be.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Run } from '../../protocol/tasks';
import type { Snapshot } from '../../../core/snapshot';
import type { KnownPage } from '../../../core/wire/decode';
import type { PlainEncoder } from './plain-encoder';
import type { InstanceAnswer } from './result';

/**
 * A run that owes this many answers is asked again only after a pause: a stopped process that goes on would have to answer
 * every request that has piled up.
 */
const MAX_OWED = 4;
const PAUSE_MS = 15_000;
/**
 * The pause doubles up to this while the app has never answered: what is sent to a process that does not read its channel,
 * such as one in another language, piles up in PM2's daemon.
 */
const MAX_PAUSE_MS = 60 * 60_000;

export interface Request {
  /** Sent with the request and sent back with the answer. Random: only the process that was asked knows it. */
  readonly id: string;
  readonly known: KnownRun;
  /** On the clock of `performance`. */
  readonly sentAt: number;
  /** On the clock of the host, epoch milliseconds. */
  readonly sentTime: number;
  /** What the request names as known. */
  readonly base: KnownPages | undefined;
  /** Whether a scrape has given up waiting for the answer. */
  readonly isMissed: () => boolean;
  /** Whether to wait briefly for the answer, although the app has never answered. */
  readonly brief: boolean;
  outcome: Outcome | undefined;
  /** Called when there is an outcome. */
  readonly settled: () => void;
  /** Whether no scrape waits for the answer any more. */
  readonly isOver: () => boolean;
}

export type Outcome =
  | { readonly kind: 'answer'; readonly answer: InstanceAnswer }
  | { readonly kind: 'silent'; readonly reason: 'late' | 'broken' | 'stopped'; readonly message: string };

/** The last snapshot in the compact form, and its pages. Immutable. */
export interface KnownPages {
  /** As the exporter calls it. The snapshot has the name that this server has given it. */
  readonly incarnation: string;
  readonly snapshot: Snapshot;
  /** By the exporter's ids. In the snapshot they have ids of this server. */
  readonly pages: ReadonlyMap<number, KnownPage>;
}

/** How long a process may take from its start until it listens. */
const STARTING_MS = 30_000;
/** More pages than a snapshot can have. */
const PAGE_IDS = 2 ** 24;

export class KnownRun {
  /** Handed to the run with each request: who sends it back is this run. */
  readonly token = randomBytes(16).toString('base64url');
  /** Whether an answer has had the id or the token of a request. Then an answer without either is of somebody else. */
  echoes = false;
  last: KnownPages | undefined;
  /** Made with the first answer in the plain form. */
  plain: PlainEncoder | undefined;
  /** Sent and not answered, oldest first. */
  requests: Request[] = [];
  /** Where PM2's daemon sends to it: its pm_id, or `_old_` and its pm_id once a reload is replacing it. */
  address: number | string;
  private identity: string;
  /** The exporter's name for its present incarnation, and this server's, which no other run can have. */
  private incarnation: readonly [claimed: string, given: string] | undefined;
  private pageIds = 0;
  private hasAnswered = false;
  private askedAt = Number.NEGATIVE_INFINITY;
  private pauseMs = PAUSE_MS;

  constructor(
    readonly run: Run,
    readonly pid: number,
    /** Epoch milliseconds. */
    private readonly startedAt = 0,
  ) {
    this.address = run.pmId;
    this.identity = `pid ${pid}`;
  }

  /**
   * Whether it may not hear messages yet. What is sent to a process before it listens is lost, so that no scrape waits for
   * the answer until its deadline.
   */
  get isStarting(): boolean {
    return !this.hasAnswered && Date.now() - this.startedAt < STARTING_MS;
  }

  /** @param answers whether its app is known to answer */
  shouldBeAsked(now: number, answers: boolean): boolean {
    return !this.owesMuch || now - this.askedAt >= (answers ? PAUSE_MS : this.pauseMs);
  }

  noteAsked(request: Request): void {
    if (this.owesMuch) this.pauseMs = Math.min(2 * this.pauseMs, MAX_PAUSE_MS);
    this.askedAt = request.sentAt;
    this.requests = [...this.requests.slice(1 - MAX_OWED), request];
  }

  /** Forgets a request that is answered or lost, and older ones that no scrape waits for. */
  settle(request: Request): void {
    this.hasAnswered = true;
    this.pauseMs = PAUSE_MS;
    this.requests = this.requests.filter((one) => one !== request && (one.sentAt > request.sentAt || !one.isOver()));
  }

  private get owesMuch(): boolean {
    return this.requests.length >= MAX_OWED;
  }

  /** @returns the first of page ids that no snapshot of this run has had */
  takePageIds(): number {
    this.pageIds += PAGE_IDS;
    return this.pageIds;
  }

  /** @returns this server's name for the incarnation that an answer claims */
  incarnationOf(claimed: string): string {
    if (this.incarnation?.[0] !== claimed) this.incarnation = [claimed, randomUUID()];
    return this.incarnation[1];
  }

  /** Keeps the snapshot unless it is older than the one that is kept. */
  remember(known: KnownPages): void {
    const { last } = this;
    if (last?.incarnation === known.incarnation && last.snapshot.generation > known.snapshot.generation) return;
    this.last = known;
  }

  /**
   * Notes by which mark an answer identifies its process, and compares it with the mark before.
   *
   * While PM2 replaces one process by another under the same pm_id, the request may reach the new one, whose numbers must
   * not count as the old one's. A mark that comes twice is accepted: PM2 lists a process, and its parent or child answers.
   *
   * @param identity a kind of mark, a space, and the mark
   * @returns whether the answer can be from the process that PM2 has listed
   */
  noteIdentity(identity: string): boolean {
    const before = this.identity;
    this.identity = identity;
    return before === identity || kindOf(before) !== kindOf(identity);
  }
}

function kindOf(identity: string): string {
  return identity.slice(0, identity.indexOf(' '));
}
