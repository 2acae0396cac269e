/** Writes one log line per change of state, however often a state is reported. */
import type { Logger } from './logger';

/** Something that works or does not work. */
export interface Subject {
  /** Such as `Collecting metrics`. */
  readonly name: string;
  /** What it means for the user while it does not work. */
  readonly consequence: string;
}

export class StateLog {
  /** What is wrong, by name of the subject; and the lines that were written once, by their key. */
  private readonly troubles = new Map<string, string>();

  constructor(private readonly logger: Logger) {}

  /** @param trouble what is wrong with it; `undefined` if it works */
  report({ name, consequence }: Subject, trouble: string | undefined): void {
    const before = this.troubles.get(name);
    if (trouble === before) return;
    if (trouble === undefined) {
      this.troubles.delete(name);
      this.logger.info(`${name} works again`);
    } else if (before === undefined || withoutNumbers(trouble) !== withoutNumbers(before)) {
      this.troubles.set(name, trouble);
      this.logger.warn(`${name} does not work, ${consequence}: ${trouble}`);
    }
  }

  /** Writes the line at the first call with this key only. */
  warnOnce(key: string, line: string): void {
    if (this.troubles.has(key)) return;
    this.troubles.set(key, line);
    this.logger.warn(line);
  }
}

/** A trouble stays the same one while only a duration or a count in it changes. */
function withoutNumbers(trouble: string): string {
  return trouble.replace(/\d+(\.\d+)?/g, '#');
}
