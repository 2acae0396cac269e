/** A terminal as one page of lines: entering it, drawing, and leaving it as it was. */
import type { WriteStream } from 'node:tty';
import type { Mood } from './table';

/** The alternate screen, no cursor, and no wrapping of long lines. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const RESET = '\u001b[0m';
const STYLES = { bold: '\u001b[1m', bad: '\u001b[31m', odd: '\u001b[33m', quiet: '\u001b[2m' } as const;

export type Style = 'bold' | Exclude<Mood, undefined> | undefined;

export interface Line {
  readonly text: string;
  readonly style?: Style;
}

export class Screen {
  private isOpen = false;

  constructor(
    private readonly output: WriteStream,
    private readonly hasColors: boolean,
  ) {}

  get rows(): number {
    return this.output.rows || 24;
  }

  enter(): void {
    this.isOpen = true;
    this.output.write(ENTER);
  }

  /** Repeatable. */
  leave(): void {
    if (this.isOpen) this.output.write(LEAVE);
    this.isOpen = false;
  }

  /** @param lines no more than rows, none with control characters */
  draw(lines: readonly Line[]): void {
    if (!this.isOpen) return;
    const width = this.output.columns || 80;
    const drawn = lines.map(({ text, style }) => {
      const cut = text.slice(0, width);
      return style !== undefined && this.hasColors ? `${STYLES[style]}${cut}${RESET}` : cut;
    });
    this.output.write(HOME + drawn.map((line) => line + CLEAR_LINE).join('\r\n') + CLEAR_BELOW);
  }
}
