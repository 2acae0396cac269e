/** What `GET /api/overview` answers, and `pm2-cluster-metrics top` reads. Objects by name: people write scripts against it. */

export interface OverviewAnswer {
  /** Of the metrics server. */
  readonly version: string;
  /** The server's time: epoch milliseconds, as all times here. */
  readonly now: number;
  /** Why the list may be incomplete or old: a sentence. `null`: nothing is wrong. */
  readonly problem: string | null;
  readonly processes: readonly OverviewProcess[];
}

/** The fields of `ProcessRow` (`page.ts`) by name. `null` stands for what is unknown. */
export interface OverviewProcess {
  /** Unique among all runs of the host, former ones too. */
  readonly run: string;
  readonly pmId: number;
  readonly app: string;
  readonly namespace: string | null;
  /** As PM2 has it, `leaving` while PM2 is replacing it, or `unanswered` if it is online and does not answer. */
  readonly status: string;
  readonly startedAt: number | null;
  readonly restarts: number;
  /** In processors. */
  readonly cpu: number | null;
  readonly memoryBytes: number | null;
  /** Seconds. */
  readonly eventLoopDelay: number | null;
  readonly requestsPerSecond: number | null;
  readonly errorsPerSecond: number | null;
  /** Seconds. */
  readonly p95: number | null;
  readonly sessions: number | null;
  /** Since when its event loop has not turned. `null`: it turns. */
  readonly blockedSince: number | null;
  /** Its stack while it is blocked, if that is on. */
  readonly stack: string | null;
  /** In a word, what sets it apart from the other processes of its app. */
  readonly odd: string | null;
  /** Why there are no metrics of it. */
  readonly why: string | null;
  /** Of its metrics on this server: `/metrics/<pm_id>`. `null`: it has none. */
  readonly path: string | null;
}
