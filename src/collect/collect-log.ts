/** What the log says about collecting. */
import type { StateLog } from '../../core/state-log';
import { messageOf } from '../../core/values';
import type { Logger } from '../logger';

export interface CollectLogOptions {
  readonly maxCollectLoad: number;
  /** The encoder's limit. */
  readonly maxSeries: number;
  readonly states: StateLog;
  readonly logger: Pick<Logger, 'debug'>;
}

const COLLECTING = { name: 'Collecting metrics', consequence: 'so the last numbers stay until the next try succeeds' };

export class CollectLog {
  constructor(private readonly options: CollectLogOptions) {}

  report(trouble: string | undefined): void {
    this.options.states.report(COLLECTING, trouble);
  }

  /** Calls a method of the source. If it throws, the log says so and collecting goes on. */
  guard(method: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.options.states.warnOnce(method, `${method}() of the source of the metrics has failed: ${messageOf(error)}`);
    }
  }

  warnOfLeftOut(leftOut: number, problems: readonly string[]): void {
    const { states, maxSeries } = this.options;
    states.warnAlike('Not all metrics are exported', problems);
    if (leftOut === 0) return;
    const remedy = 'Use fewer attribute values, or raise maxSeries';
    states.warnOnce(
      'maxSeries',
      `${leftOut} series are not exported: there are more than ${maxSeries} (maxSeries). ${remedy}`,
    );
  }

  /** The user has asked for it by `forgetAfterMs`, so it is a debug line. The server counts in `pm2_forgotten_series_total`. */
  tellOfForgotten(forgotten: number): void {
    if (forgotten > 0) this.options.logger.debug(`${forgotten} series have not changed for forgetAfterMs: they end`);
  }

  warnOfInterval(intervalMs: number, costMs: number): void {
    const cost = `collecting takes ${Math.round(costMs)} ms of the main thread`;
    const limit = `which may spend a share of ${this.options.maxCollectLoad} of its time on it (maxCollectLoad)`;
    this.options.states.warnOnce(
      'interval',
      `Metrics are collected every ${intervalMs} ms only: ${cost}, ${limit}. Use fewer series, or raise maxCollectLoad`,
    );
  }
}
