/** Collects what is written to an output as one text. */
import type { Snapshot } from '../../core/snapshot';
import type { Output } from '../../server/workers/text/output';
import type { PrometheusText } from '../../server/workers/exposition/instance/prometheus-text';

export class Collected implements Output {
  private readonly pieces: Buffer[] = [];

  write(source: Buffer, from: number, to: number): void {
    this.pieces.push(Buffer.from(source.subarray(from, to)));
  }

  lend(source: Buffer, from: number, to: number): undefined {
    this.write(source, from, to);
  }

  get text(): string {
    return Buffer.concat(this.pieces).toString();
  }
}

/** @param warn gets a sentence for what is not as the official serializer writes it */
export function collectText(text: PrometheusText, snapshot: Snapshot, warn = (_: string): void => undefined): string {
  const out = new Collected();
  const writing = text.writeTo(out, snapshot, warn);
  while (writing.next().done !== true);
  return out.text;
}
