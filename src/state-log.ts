/** One log line per change of state, however often a state is reported. */
import type { Logger } from './logger';

export class StateLog {
  private readonly troubles = new Map<string, string>();

  constructor(private readonly logger: Logger) {}

  /**
   * @param subject what is in a state, such as `Collecting metrics`
   * @param trouble what is wrong with it; `undefined` if it is well
   */
  report(subject: string, trouble: string | undefined): void {
    const before = this.troubles.get(subject);
    if (trouble === before) return;
    if (trouble !== undefined && before !== undefined && withoutNumbers(trouble) === withoutNumbers(before)) return;
    if (trouble === undefined) {
      this.troubles.delete(subject);
      this.logger.info(`${subject} works again`);
    } else {
      this.troubles.set(subject, trouble);
      this.logger.warn(`${subject}: ${trouble}`);
    }
  }

  /** Logs that subject's line for the first time only. */
  once(subject: string, message: string): void {
    if (this.troubles.has(subject)) return;
    this.troubles.set(subject, message);
    this.logger.warn(message);
  }
}

/** A duration or a count that is another one each time makes no other state. */
function withoutNumbers(trouble: string): string {
  return trouble.replace(/\d+(\.\d+)?/g, '#');
}
