/** The live table: asks again and again, and hears keys. */
import { emitKeypressEvents, type Key } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import { messageOf, printable } from '../../../core/values';
import type { TopOptions } from './options';
import { Screen, type Line } from './screen';
import type { View } from './view';

export interface LiveInput {
  readonly options: TopOptions;
  readonly ask: () => Promise<View>;
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly hasColors: boolean;
}

/** Lines that are not rows of the table: two of summary, and the head. */
const OTHER_LINES = 3;
const MAX_TROUBLE_CHARS = 500;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves when the user ends it. */
export function showLive(input: LiveInput): Promise<void> {
  return new Live(input).run();
}

class Live {
  private readonly screen: Screen;
  private sort: string;
  private filter: string;
  /** What is being typed; `undefined`: nothing. */
  private typed: string | undefined;
  private first = 0;
  private view: View | undefined;
  private trouble: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isOver = false;
  private end: () => void = () => undefined;

  constructor(private readonly given: LiveInput) {
    this.screen = new Screen(given.output, given.hasColors);
    this.sort = given.options.sort;
    this.filter = given.options.filter;
  }

  async run(): Promise<void> {
    const { input, output } = this.given;
    const ended = new Promise<void>((resolve) => (this.end = resolve));
    const end = (): void => this.end();
    const draw = (): void => this.draw();
    const onKey = (_: string | undefined, key: Key): void => this.onKey(key);
    const leave = (): void => this.screen.leave();
    for (const signal of SIGNALS) process.once(signal, end);
    // Also where something throws.
    process.once('exit', leave);
    output.on('resize', draw);
    emitKeypressEvents(input);
    input.on('keypress', onKey);
    input.once('end', end);
    if (input.isTTY) input.setRawMode(true);
    this.screen.enter();
    this.draw();
    void this.poll();
    await ended;
    this.isOver = true;
    clearTimeout(this.timer);
    leave();
    for (const signal of SIGNALS) process.off(signal, end);
    process.off('exit', leave);
    input.off('keypress', onKey);
    if (input.isTTY) input.setRawMode(false);
    input.pause();
    output.off('resize', draw);
  }

  private async poll(): Promise<void> {
    try {
      this.view = await this.given.ask();
      this.trouble = undefined;
    } catch (error) {
      // The last table stays.
      this.trouble = messageOf(error);
    }
    // The answer may have come after the end.
    if (this.isOver) return;
    this.draw();
    this.timer = setTimeout(() => void this.poll(), this.given.options.intervalMs);
  }

  private onKey({ name, ctrl, sequence = '' }: Key): void {
    if (ctrl === true && name === 'c') this.end();
    else if (this.typed !== undefined) this.type(name, sequence);
    else if (sequence === 'q') this.end();
    else if (sequence === '/') this.typed = this.filter;
    else if (sequence === '>' || name === 'right') this.sortBy(1);
    else if (sequence === '<' || name === 'left') this.sortBy(-1);
    else this.scroll(name ?? '');
    this.draw();
  }

  private type(name: string | undefined, sequence: string): void {
    const typed = this.typed ?? '';
    if (name === 'return' || name === 'enter') this.typed = undefined;
    else if (name === 'escape') {
      this.typed = undefined;
      this.filter = '';
    } else {
      this.typed = name === 'backspace' ? typed.slice(0, -1) : /^\P{C}$/u.test(sequence) ? typed + sequence : typed;
      this.filter = this.typed;
      this.first = 0;
    }
  }

  private sortBy(step: number): void {
    const keys = this.view?.keys ?? [this.sort];
    this.sort = keys[(keys.indexOf(this.sort) + step + keys.length) % keys.length] ?? this.sort;
  }

  private scroll(name: string): void {
    const page = Math.max(1, this.screen.rows - OTHER_LINES - 1);
    const steps: Readonly<Record<string, number>> = {
      ...{ up: -1, down: 1, k: -1, j: 1, pageup: -page, pagedown: page },
      ...{ home: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY },
    };
    this.first = Math.max(0, this.first + (steps[name] ?? 0));
  }

  private draw(): void {
    const room = Math.max(0, this.screen.rows - OTHER_LINES);
    const table = this.view?.table({ sort: this.sort, filter: this.filter });
    const rows = table?.rows ?? [];
    this.first = Math.max(0, Math.min(this.first, rows.length - room));
    const lines: Line[] = [
      { text: this.view?.summary() ?? `asking ${this.given.options.address.url.href}`, style: 'bold' },
      this.secondLine(rows.length),
      { text: table?.head ?? '', style: 'bold' },
      ...rows.slice(this.first, this.first + room).map(({ line, mood }): Line => ({ text: line, style: mood })),
    ];
    this.screen.draw(lines.slice(0, this.screen.rows));
  }

  private secondLine(rows: number): Line {
    if (this.typed !== undefined) return { text: `filter: ${this.typed}_  (Enter keeps it, Esc removes it)` };
    if (this.trouble !== undefined) {
      const text = printable(this.trouble, MAX_TROUBLE_CHARS);
      return { text: this.view === undefined ? text : `old numbers: ${text}`, style: 'bad' };
    }
    const filter = this.filter === '' ? '' : `, with ${printable(JSON.stringify(this.filter), MAX_TROUBLE_CHARS)}`;
    return { text: `${rows} rows by ${this.sort}${filter}   < > sort   / filter   q ends`, style: 'quiet' };
  }
}
