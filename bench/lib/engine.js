'use strict';

/** Loads the parts of the built packages that the benchmarks measure separately. */

const path = require('node:path');

const build = path.join(__dirname, '../../build');
const part = (file) => require(path.join(build, file));

const { SnapshotEncoder } = part('core/encoder/encoder.js');
const { endLoan, startLoan } = part('server/protocol/loan.js');
const { Chunks } = part('server/workers/exposition/chunks.js');
const { PrometheusText } = part('server/workers/exposition/instance/prometheus-text.js');

const MAX_SERIES = 2_000_000;

/** @returns an encoder, and a function that encodes a collection into a snapshot and throws if data is left out */
function createEncoder() {
  const encoder = new SnapshotEncoder({ maxSeries: MAX_SERIES });
  const encode = async (data) => {
    const { snapshot, problems } = await encoder.encode({
      data,
      time: 1_700_000_000_000,
      intervalMs: 10_000,
      collectMs: 1,
    });
    const { droppedSeries } = snapshot.stats;
    if (problems.length > 0 || droppedSeries > 0)
      throw new Error(`The encoder left out data: ${[`${droppedSeries} series dropped`, ...problems].join('; ')}`);
    return snapshot;
  };
  return { encoder, encode };
}

/** Renders Prometheus text. From one snapshot to the next it rewrites only the text that has changed. */
class Text {
  #text = new PrometheusText();

  /** @param {{write(source: Buffer, from: number, to: number): void}} out receives the text in pieces */
  writeTo(out, snapshot) {
    const writing = this.#text.writeTo(out, snapshot, () => undefined);
    while (!writing.next().done);
  }
}

/** Renders the chunks that a worker of the metrics server hands over. Most of them are memory that the worker lends. */
class Renderer {
  #text = new Text();
  #loan = startLoan();

  /** @returns {Uint8Array[]} the text, valid until the next call: the caller must have read it by then */
  render(snapshot) {
    endLoan(this.#loan);
    this.#loan = startLoan();
    const chunks = new Chunks(this.#loan);
    this.#text.writeTo(chunks, snapshot, () => undefined);
    return chunks.end();
  }
}

module.exports = { createEncoder, Renderer, Text, part };
