/** What a task reports of series that it does not show. */
import type { ExtraLabels } from '../protocol/labels';
import { DROP_REASONS, type Dropped, type DropReason } from '../protocol/dropped';

/** What all series of a process share. */
export interface Labelled {
  readonly labels: ExtraLabels;
}

/** For the log. */
export function leftOutSentence(metric: string, reason: DropReason): string {
  return `Metric ${metric}: ${DROP_REASONS[reason]}`;
}

export class Report {
  private readonly sentences = new Set<string>();
  /** By process and reason. */
  private readonly counts = new Map<string, { -readonly [K in keyof Dropped]: Dropped[K] }>();

  /** Notes a sentence for the log. */
  warn(sentence: string): void {
    this.sentences.add(sentence);
  }

  /** Counts series of a process that are not shown. @param sentence why, for the log */
  leaveOut({ labels }: Labelled, reason: DropReason, series: number, sentence: string): void {
    this.warn(sentence);
    const key = JSON.stringify([labels, reason]);
    const known = this.counts.get(key);
    if (known === undefined) this.counts.set(key, { labels, reason, series });
    else known.series += series;
  }

  /** Counts series of a metric that its format forbids. */
  leaveOutOf(metric: string, process: Labelled, reason: DropReason, series: number): void {
    this.leaveOut(process, reason, series, leftOutSentence(metric, reason));
  }

  get warnings(): readonly string[] {
    return [...this.sentences];
  }

  get dropped(): readonly Dropped[] {
    return [...this.counts.values()];
  }
}
