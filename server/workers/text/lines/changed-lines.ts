/** Lines whose numbers have changed, with the new numbers: what one update of one text writes. */

const INITIAL_LINES = 1024;

export class ChangedLines {
  count = 0;
  /** In ascending order. */
  lines = new Uint32Array(INITIAL_LINES);
  numbers = new Float64Array(INITIAL_LINES);

  clear(): void {
    this.count = 0;
  }

  /** @param line larger than those that were added before */
  add(line: number, value: number): void {
    const { count } = this;
    if (count === this.lines.length) this.grow();
    this.lines[count] = line;
    this.numbers[count] = value;
    this.count = count + 1;
  }

  /**
   * Adds all lines of a text with one line per series. Only this loop looks at every number, so it is kept simple.
   *
   * @param shown by line: the number that the text shows
   * @param from index in `values` of the first line's number
   * @param stride distance in `values` from one line's number to the next
   */
  addDiffering(shown: Float64Array, values: Float64Array, from: number, stride: number): void {
    while (this.lines.length < this.count + shown.length) this.grow();
    const { lines, numbers } = this;
    let { count } = this;
    for (let line = 0, at = from; line < shown.length; line++, at += stride) {
      const value = values[at] as number;
      if (value === shown[line]) continue;
      lines[count] = line;
      numbers[count++] = value;
    }
    this.count = count;
  }

  private grow(): void {
    const { lines, numbers } = this;
    this.lines = new Uint32Array(2 * lines.length);
    this.lines.set(lines);
    this.numbers = new Float64Array(2 * numbers.length);
    this.numbers.set(numbers);
  }
}
