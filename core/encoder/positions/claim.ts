/**
 * Which of a family's series one collection has shown already, while its positions are being rebuilt. There is one
 * object for all collections, for the reason that {@link Run} has.
 */
import { ORDER_SHIFT } from '../../snapshot';
import { Dictionary } from '../series/dictionary';
import { Positions } from './positions';
import type { Candidates } from '../series/series-index';
import { hashOf, SeriesTexts } from '../series/series-texts';

const NO_POSITIONS = new Positions(0, false);
const NO_DICTIONARY = new Dictionary();
const NO_TEXT = new SeriesTexts();
const NONE = new Uint8Array(0);

export class Claim implements Candidates {
  /** As they were before. */
  old = NO_POSITIONS;
  /** All series of the last collection stand where they stood: there are only more behind them. */
  onlyMore = false;
  /** Besides, all series that have ever been there are there, so that whoever else comes is new. */
  onlyNew = false;
  /** Where in the old order the next series is expected. */
  cursor = 0;
  /** Whether all series can be found by content, and the index has room for whatever may come. */
  isIndexed = false;
  /** How many pages there were before: a series on a later one is of this very collection. */
  private known = 0;
  /**
   * By slot, of the pages there were before: 1 for a series that this collection has shown. Those that stand where
   * they stood are not marked where there are only more: then it is all that are not absent. Empty where that is all.
   */
  claimed = NONE;
  private dictionary = NO_DICTIONARY;
  /** Of the series that is looked for. */
  private text = NO_TEXT;

  /** @param from the first position that is not what it was */
  begin(old: Positions, dictionary: Dictionary, from: number, text: SeriesTexts): void {
    const { pages, absent } = dictionary;
    this.old = old;
    this.onlyMore = from === old.length;
    this.onlyNew = this.onlyMore && absent.count === 0;
    this.cursor = from;
    this.isIndexed = false;
    this.known = pages.length;
    this.claimed = this.onlyNew ? NONE : new Uint8Array(pages.length << ORDER_SHIFT);
    this.dictionary = dictionary;
    this.text = text;
  }

  has(slot: number): boolean {
    if (slot >> ORDER_SHIFT >= this.known || this.claimed[slot] === 1) return true;
    return this.onlyMore && !this.dictionary.absent.has(slot);
  }

  /** Takes the series of these attributes for the one that is looked for. @returns its hash */
  lookFor(attributes: unknown): number {
    const { text } = this;
    text.clear();
    text.append(attributes);
    return hashOf(text.view, 0, text.length);
  }

  /** OpenTelemetry forbids two data points of the same attributes; whoever has them all the same keeps both. */
  accepts(slot: number): boolean {
    return !this.has(slot) && this.dictionary.has(slot, this.text);
  }

  /** Lets go of what it has been told. */
  end(): void {
    this.old = NO_POSITIONS;
    this.claimed = NONE;
    this.dictionary = NO_DICTIONARY;
    this.text = NO_TEXT;
  }
}
