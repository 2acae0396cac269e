/** Encodes what an instance answers in the plain form into snapshots. */
import type { Snapshot } from '../../../../core/snapshot';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import { Slicer } from '../../../../core/slicer';
import { readPlainForm, type PlainLimits } from './plain-form';

export interface PlainEncoded {
  readonly snapshot: Snapshot;
  /** Earliest start of its data points, epoch milliseconds. */
  readonly since: number | undefined;
}

export class PlainEncoder {
  private readonly encoder: SnapshotEncoder;
  private readonly slicer = new Slicer();
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    maxSeries: number,
    private readonly limits: PlainLimits,
  ) {
    this.encoder = new SnapshotEncoder({ maxSeries });
  }

  /**
   * Calls are done one after the other.
   * @throws PlainFormError, or another error that the encoder throws for malformed data
   */
  encode(data: object, receivedAt: number): Promise<PlainEncoded> {
    const encoded = this.last.then(() => this.encodeNext(data, receivedAt));
    this.last = encoded.catch(() => undefined);
    return encoded;
  }

  private async encodeNext(plain: object, receivedAt: number): Promise<PlainEncoded> {
    await this.slicer.rest();
    const { data, collectedAt: time = receivedAt, since } = await this.slicer.run(readPlainForm(plain, this.limits));
    const { snapshot } = await this.encoder.encode({ data, time, intervalMs: 0, collectMs: 0 });
    return { snapshot: withOwnColumn(snapshot), since };
  }
}

/** Copies the column, which the encoder will write again. Pages and orders are written once and need no copy. */
function withOwnColumn(snapshot: Snapshot): Snapshot {
  const values = new Float64Array(new SharedArrayBuffer(snapshot.values.byteLength));
  values.set(snapshot.values);
  return { ...snapshot, values, previous: undefined };
}
