'use strict';

/** The parts of the built package that are measured one by one. */

const path = require('node:path');

const build = path.join(__dirname, '../../build');
const part = (file) => require(path.join(build, file));

const { SnapshotEncoder } = part('core/encoder/encoder.js');
const { PageCache } = part('core/pages.js');
const { endLoan, startLoan } = part('server/protocol/loan.js');
const { Chunks } = part('server/workers/exposition/chunks.js');
const { PrometheusText } = part('server/workers/text/prometheus-text.js');

const MAX_SERIES = 2_000_000;

/** @returns an encoder, and a function that takes a collection and answers its snapshot */
function createEncoder() {
  const encoder = new SnapshotEncoder({ maxSeries: MAX_SERIES });
  const encode = async (data) => {
    const { snapshot, problems } = await encoder.encode({
      data,
      time: 1_700_000_000_000,
      intervalMs: 10_000,
      collectMs: 1,
    });
    if (problems.length > 0 || snapshot.stats.droppedSeries > 0) throw new Error(`Left out: ${problems.join('; ')}`);
    return snapshot;
  };
  return { encoder, encode };
}

/** Prometheus text: of each snapshot what has changed. */
class Text {
  pages = new PageCache();
  #text = new PrometheusText(this.pages);

  /** @param {{write(source: Buffer, from: number, to: number): void}} out gets it in pieces */
  writeTo(out, snapshot) {
    this.pages.use(snapshot);
    const writing = this.#text.writeTo(out, snapshot);
    while (!writing.next().done);
  }
}

/** Renders the chunks that a worker of the metrics server hands over, most of them lent. */
class Renderer {
  #text = new Text();
  #loan = startLoan();

  /** @returns {Uint8Array[]} the text, good until the next call: by then, whoever it was for has read it */
  render(snapshot) {
    endLoan(this.#loan);
    this.#loan = startLoan();
    const chunks = new Chunks(this.#loan);
    this.#text.writeTo(chunks, snapshot);
    return chunks.end();
  }
}

module.exports = { createEncoder, Renderer, Text, part };
