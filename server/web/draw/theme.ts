/** Light or dark, and the colours that canvases need: the style sheet has them all. */
import { Topic } from '../live/topic';

export const CHOICES = ['auto', 'light', 'dark'] as const;
export type Choice = (typeof CHOICES)[number];

export interface Colours {
  readonly text: string;
  readonly muted: string;
  readonly mark: string;
  readonly line: string;
  readonly accent: string;
  readonly bad: string;
  readonly warn: string;
  readonly other: string;
  /** Of series, in the order in which they are taken. */
  readonly series: readonly string[];
}

const KEY = 'pm2-metrics-theme';
const SERIES_COLOURS = 10;

class Theme {
  readonly topic = new Topic();
  choice: Choice = 'auto';
  #colours: Colours | undefined;

  start(): void {
    let stored: string | null = null;
    try {
      stored = localStorage.getItem(KEY);
    } catch {
      // A browser that keeps nothing.
    }
    this.choice = CHOICES.find((choice) => choice === stored) ?? 'auto';
    document.documentElement.dataset['theme'] = this.choice;
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#changed());
  }

  choose(choice: Choice): void {
    this.choice = choice;
    document.documentElement.dataset['theme'] = choice;
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // As above.
    }
    this.#changed();
  }

  get colours(): Colours {
    this.#colours ??= readColours();
    return this.#colours;
  }

  #changed(): void {
    this.#colours = undefined;
    this.topic.changed();
  }
}

function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const series = Array.from({ length: SERIES_COLOURS }, (_, index) => colour(`series-${index}`));
  return {
    text: colour('text'),
    muted: colour('muted'),
    mark: colour('strong-line'),
    line: colour('line'),
    accent: colour('accent'),
    bad: colour('bad'),
    warn: colour('warn'),
    other: colour('other'),
    series,
  };
}

export const theme = new Theme();
