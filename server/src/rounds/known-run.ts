/** What is known of one run of one process: its last snapshot, and the requests that it has not answered. */
import type { Run } from '../../protocol/tasks';
import type { Page, Snapshot } from '../../../core/snapshot';
import type { PageRange } from '../../../core/wire/format';
import type { PlainEncoder } from './plain-encoder';
import type { InstanceAnswer } from './result';

/** A run that owes so many answers is asked again only now and then: a stopped one would answer all of it one day. */
const MAX_OWED = 4;
const PAUSE_MS = 15_000;
/**
 * Where the app has never answered the pause doubles up to this: what is sent to a process that does not read its
 * channel, such as one of another language, piles up in PM2's daemon.
 */
const MAX_PAUSE_MS = 60 * 60_000;

/** An instance takes no more of them, see its `request.ts`. */
const MAX_RANGES = 10_000;

export interface Request {
  /** Sent along and sent back: nobody else knows it. */
  readonly id: string;
  readonly known: KnownRun;
  /** On the clock of `performance`, and on that of the host. */
  readonly sentAt: number;
  readonly sentTime: number;
  /** The snapshot whose pages are named to the instance. */
  readonly base: Snapshot | undefined;
  /** Whether it is worth waiting for, briefly, though the app has never answered. */
  readonly brief: boolean;
  outcome: Outcome | undefined;
  /** Told when there is an outcome. */
  readonly settled: () => void;
  /** Whether nobody waits for the answer any more. */
  readonly isOver: () => boolean;
}

export type Outcome =
  | { readonly kind: 'answer'; readonly answer: InstanceAnswer }
  | { readonly kind: 'silent'; readonly reason: 'late' | 'broken' | 'stopped'; readonly message: string };

export class KnownRun {
  last: Snapshot | undefined;
  /** Made when it is needed. */
  plain: PlainEncoder | undefined;
  /** Sent and not answered, the oldest first. */
  requests: Request[] = [];
  private identity: string;
  private askedAt = Number.NEGATIVE_INFINITY;
  private pauseMs = PAUSE_MS;

  constructor(
    readonly run: Run,
    pid: number,
  ) {
    this.identity = `pid ${pid}`;
  }

  /** @param answers whether its app is known to answer */
  shouldBeAsked(now: number, answers: boolean): boolean {
    return !this.owesMuch || now - this.askedAt >= (answers ? PAUSE_MS : this.pauseMs);
  }

  asked(request: Request): void {
    if (this.owesMuch) this.pauseMs = Math.min(2 * this.pauseMs, MAX_PAUSE_MS);
    this.askedAt = request.sentAt;
    this.requests = [...this.requests.slice(1 - MAX_OWED), request];
  }

  /** This one is answered or lost. Older ones that nobody waits for are of no use any more. */
  answered(request: Request): void {
    this.pauseMs = PAUSE_MS;
    this.requests = this.requests.filter((one) => one !== request && (one.sentAt > request.sentAt || !one.isOver()));
  }

  private get owesMuch(): boolean {
    return this.requests.length >= MAX_OWED;
  }

  /** An older one than it has does not count. */
  remember(snapshot: Snapshot): void {
    const { last } = this;
    if (last?.incarnation === snapshot.incarnation && last.generation > snapshot.generation) return;
    this.last = snapshot;
  }

  /**
   * Whether the answer is of the process that PM2 has listed. While one process is replaced by another under the same
   * pm_id, the request may reach the new one, whose numbers must not be taken for the old one's. Should it still be
   * listed the next time, it is a process that answers for its child or parent.
   *
   * @param identity a kind of mark, and the mark
   */
  isSame(identity: string): boolean {
    const before = this.identity;
    this.identity = identity;
    return before === identity || kindOf(before) !== kindOf(identity);
  }
}

function kindOf(identity: string): string {
  return identity.slice(0, identity.indexOf(' '));
}

export function pagesOf(snapshot: Snapshot): Page[] {
  return snapshot.scopes.flatMap(({ families }) => families.flatMap(({ pages }) => pages.map(({ page }) => page)));
}

export function rangesOf(pages: readonly Page[]): PageRange[] {
  const ids = pages.map(({ id }) => id).sort((a, b) => a - b);
  const ranges: [first: number, last: number][] = [];
  for (const id of ids) {
    const range = ranges.at(-1);
    if (range !== undefined && id <= range[1] + 1) range[1] = id;
    else ranges.push([id, id]);
  }
  // Pages that are not named are sent.
  return ranges.slice(0, MAX_RANGES);
}
