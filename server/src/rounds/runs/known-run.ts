/**
 * What is known of one run: its last snapshot, and the requests that it has not answered. All of it belongs to the run that
 * PM2 has listed, whatever a message claims to be.
 */
import { randomBytes } from 'node:crypto';
import type { Run } from '../../../protocol/run';
import type { Snapshot } from '../../../../core/snapshot';
import type { KnownPage } from '../../../../core/wire/decode';
import type { Blocked } from './blocked';
import { Incarnations } from './incarnations';
import type { PlainEncoder } from '../messages/plain-encoder';
import type { Awaited } from './outcome';

/**
 * A run that owes this many answers is asked again only after a pause: a suspended process that goes on would have to answer
 * every request that has piled up.
 */
const MAX_OWED = 4;
const PAUSE_MS = 15_000;
/**
 * The pause doubles up to this while the app has never answered: what is sent to a process that does not read its channel,
 * such as one in another language, piles up in PM2's daemon.
 */
const MAX_PAUSE_MS = 60 * 60_000;

/** The last snapshot in the compact form, and its pages. Immutable. */
export interface KnownPages {
  /** As the exporter calls it. The snapshot has the name that this server has given it. */
  readonly incarnation: string;
  readonly snapshot: Snapshot;
  /** By the exporter's ids. In the snapshot they have ids of this server. */
  readonly pages: Pages;
}

type Pages = ReadonlyMap<number, KnownPage>;

/** A request that was sent to a run. */
export interface Request extends Awaited {
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
  /** Whether no scrape waits for the answer any more. */
  readonly isOver: () => boolean;
}

/** What a request has named as known. */
interface Named extends Pick<KnownPages, 'incarnation' | 'pages'> {
  readonly sentAt: number;
}

/** How long a process may take from its start until it listens. */
const STARTING_MS = 30_000;
/**
 * The pause in that time. It is shorter, since what was sent before the process listened is lost, and it may listen from now
 * on; but not so short that much piles up while the process loads without a turn of its event loop.
 */
const STARTING_PAUSE_MS = 3000;
/** More pages than a snapshot can have. */
const PAGE_IDS = 2 ** 24;

export class KnownRun {
  /** Sent to the run with each request: a message that has it comes from this run. */
  readonly token = randomBytes(16).toString('base64url');
  /** Whether an answer has had the id or the token of a request. Then an answer without either is of another process. */
  echoes = false;
  last: KnownPages | undefined;
  /** What its worker thread has said last of its event loop; `undefined`: that it turns, or nothing. */
  blocked: Blocked | undefined;
  /** Made with the first answer in the plain form. */
  plain: PlainEncoder | undefined;
  /** Sent and not answered, oldest first. */
  requests: Request[] = [];
  /** Where PM2's daemon sends to it: its pm_id, or `_old_` and its pm_id once a reload is replacing it. */
  address: number | string;
  readonly incarnations = new Incarnations();
  private identity: string;
  /** The process may have heard any of these requests last. */
  private named: readonly Named[] = [];
  /** Ends with the last call of {@link inTurn}. */
  private turns: Promise<unknown> = Promise.resolve();
  private pageIds = 0;
  private hasAnswered = false;
  /** Whether its exporter has started since it was asked last. */
  private saidHello = false;
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
    // The difference is negative if the clock was set back.
    return !this.hasAnswered && Math.abs(Date.now() - this.startedAt) < STARTING_MS;
  }

  /** @param answers whether its app is known to answer */
  shouldBeAsked(now: number, answers: boolean): boolean {
    if (!this.owesMuch || this.saidHello) return true;
    const pauseMs = answers ? PAUSE_MS : this.pauseMs;
    return now - this.askedAt >= (this.isStarting ? STARTING_PAUSE_MS : pauseMs);
  }

  /** Notes that its exporter has started: it hears the next request, however many before were lost. */
  noteHello(): void {
    this.saidHello = true;
  }

  noteAsked(request: Request): void {
    if (this.owesMuch && !this.isStarting && !this.saidHello) this.pauseMs = Math.min(2 * this.pauseMs, MAX_PAUSE_MS);
    const { sentAt, base } = request;
    this.askedAt = sentAt;
    this.saidHello = false;
    this.requests = [...this.requests.slice(1 - MAX_OWED), request];
    if (base !== undefined)
      this.named = [...this.named.slice(-MAX_OWED), { sentAt, incarnation: base.incarnation, pages: base.pages }];
  }

  /** Forgets a request that is answered or lost, and older ones that no scrape waits for. */
  close(request: Request): void {
    // Only a loop that turns hears requests.
    if (this.blocked !== undefined && request.sentAt > this.blocked.heardAt) this.blocked = undefined;
    this.hasAnswered = true;
    this.pauseMs = PAUSE_MS;
    this.named = this.named.filter(({ sentAt }) => sentAt >= request.sentAt);
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

  /** The pages that a message may leave out: those that requests have named and those of the last snapshot. */
  pagesOf(incarnation: string): Pages {
    const all = [...this.named, ...(this.last === undefined ? [] : [this.last])];
    return new Map(all.filter((one) => one.incarnation === incarnation).flatMap(({ pages }) => [...pages]));
  }

  /** Whether a snapshot of this generation or a later one is known. */
  isKnown({ incarnation, generation }: { readonly incarnation: string; readonly generation: number }): boolean {
    return this.last?.incarnation === incarnation && this.last.snapshot.generation >= generation;
  }

  /** Does the work of this run one piece after the other, so that messages are taken in in the order in which they came. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turns.then(work);
    this.turns = done.catch(() => undefined);
    return done;
  }

  /**
   * Notes the identity that an answer gives of its process, and compares it with the one before.
   *
   * While PM2 replaces one process by another under the same pm_id, the request may reach the new one, whose numbers must
   * not count as the old one's. An identity that comes twice is accepted: PM2 lists a process, and its parent or child
   * answers.
   *
   * @param identity its kind, a space, and a value
   * @returns whether the answer can be from the process that PM2 has listed
   */
  noteIdentity(identity: string): boolean {
    const before = this.identity;
    this.identity = identity;
    return before === identity || kindOf(before) !== kindOf(identity);
  }

  /** Whether what that process sends unasked can be of this run: PM2 has listed it, or it has answered. */
  isOf(pid: number): boolean {
    return pid === this.pid || this.identity === `pid ${pid}`;
  }

  /** Whether it may know the token, and speak the compact form. */
  get hasToken(): boolean {
    return this.askedAt > Number.NEGATIVE_INFINITY && this.plain === undefined;
  }
}

function kindOf(identity: string): string {
  return identity.slice(0, identity.indexOf(' '));
}
