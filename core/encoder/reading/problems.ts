/** What was wrong with one collection: a bounded number of sentences of bounded length. */
import { messageOf } from '../../values';

/** Thousands of malformed metrics are no reason for thousands of sentences. */
const MAX_PROBLEMS = 20;
const MAX_CHARS = 200;

export class Problems {
  readonly texts: string[];

  /** @param count how many problems there were, those without a text included */
  constructor(
    texts: readonly string[] = [],
    public count = texts.length,
  ) {
    this.texts = [...texts];
  }

  add(text: string): void {
    this.count++;
    if (this.texts.length < MAX_PROBLEMS) this.texts.push(text);
  }

  copy(): Problems {
    return new Problems(this.texts, this.count);
  }
}

/** A name from outside, in quotes, escaped and cut. */
export function quoted(name: string): string {
  return JSON.stringify(cut(name));
}

/** What a foreign object threw when it was read. */
export function reasonOf(error: unknown): string {
  return cut(messageOf(error));
}

function cut(text: string): string {
  return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text;
}
