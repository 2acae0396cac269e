/**
 * Numbers over time, for a while: rows of Float64 that share their times. Bounded in time, in rows and in bytes: where rows leave
 * no room for the whole time, the timeline is shorter.
 */
export interface TimelineLimits {
  readonly maxAgeMs: number;
  readonly maxRows: number;
  readonly maxBytes: number;
}

/** Moments that rows have room for at first. The room doubles. */
const FIRST_CAPACITY = 64;

interface Row {
  values: Float64Array;
  /** When it had a number last. */
  lastAt: number;
}

/** `NaN` stands for what is unknown. */
export interface Sampled {
  readonly times: readonly number[];
  readonly rows: readonly (readonly [key: string, values: readonly number[]])[];
}

export class Timeline {
  private times = new Float64Array(FIRST_CAPACITY);
  private readonly rows = new Map<string, Row>();
  private first = 0;
  private count = 0;

  constructor(private readonly limits: TimelineLimits) {}

  /** Of all arrays that are held. */
  get bytes(): number {
    return (this.rows.size + 1) * this.times.byteLength;
  }

  get keys(): readonly string[] {
    return [...this.rows.keys()];
  }

  /** The number of moments. */
  get length(): number {
    return this.count;
  }

  /** @param time if it is not later than the newest ones, the clock was set back: it takes their place */
  push(time: number, numbers: Iterable<readonly [key: string, value: number]>): void {
    while (this.count > 0 && (this.times[this.newest] as number) >= time) this.count--;
    this.forget(time);
    if (this.count === this.times.length) this.makeRoom();
    this.count++;
    this.times[this.newest] = time;
    for (const row of this.rows.values()) row.values[this.newest] = NaN;
    for (const [key, value] of numbers) {
      if (Number.isNaN(value)) continue;
      const row = this.rows.get(key) ?? this.addRow(key);
      // Read again: where a new row leaves no room for the whole time, adding it has moved all moments.
      row.values[this.newest] = value;
      row.lastAt = time;
    }
  }

  /** @param keys by default all rows */
  read(keys: readonly string[] = this.keys): Sampled {
    const times = this.inOrder(this.times);
    return {
      times,
      rows: keys.map((key) => {
        const row = this.rows.get(key);
        return [key, row === undefined ? times.map(() => NaN) : this.inOrder(row.values)];
      }),
    };
  }

  /** Index of the newest moment. */
  private get newest(): number {
    return (this.first + this.count - 1) % this.times.length;
  }

  private inOrder(values: Float64Array): number[] {
    return Array.from({ length: this.count }, (_, i) => values[(this.first + i) % values.length] as number);
  }

  private addRow(key: string): Row {
    if (this.rows.size >= this.limits.maxRows) this.dropOldestRow();
    const row = { values: new Float64Array(this.times.length).fill(NaN), lastAt: NaN };
    this.rows.set(key, row);
    while (this.bytes > this.limits.maxBytes && this.times.length > FIRST_CAPACITY) this.resize(this.times.length / 2);
    return row;
  }

  private dropOldestRow(): void {
    let oldest: [string, Row] | undefined;
    for (const entry of this.rows) if (oldest === undefined || entry[1].lastAt < oldest[1].lastAt) oldest = entry;
    if (oldest !== undefined) this.rows.delete(oldest[0]);
  }

  /** Forgets what is older than the limit, and rows that have no number any more. */
  private forget(time: number): void {
    const since = time - this.limits.maxAgeMs;
    while (this.count > 0 && (this.times[this.first] as number) < since) this.dropFirst();
    for (const [key, { lastAt }] of this.rows) if (lastAt < since) this.rows.delete(key);
  }

  private dropFirst(): void {
    this.first = (this.first + 1) % this.times.length;
    this.count--;
  }

  private makeRoom(): void {
    if (2 * this.bytes <= this.limits.maxBytes) this.resize(2 * this.times.length);
    else this.dropFirst();
  }

  /** Keeps the newest. */
  private resize(capacity: number): void {
    while (this.count > capacity) this.dropFirst();
    const resized = (values: Float64Array): Float64Array<ArrayBuffer> => {
      const next = new Float64Array(capacity).fill(NaN);
      next.set(this.inOrder(values));
      return next;
    };
    const times = resized(this.times);
    for (const row of this.rows.values()) row.values = resized(row.values);
    this.times = times;
    this.first = 0;
  }
}
