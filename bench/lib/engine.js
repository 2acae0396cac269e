'use strict';

/** The parts of the built package that are measured one by one. */

const path = require('node:path');

const dist = path.join(__dirname, '../../dist');
const part = (file) => require(path.join(dist, file));

const { SnapshotEncoder } = part('src/snapshot/encoder.js');
const { PageCache } = part('workers/pages.js');
const { PrometheusText } = part('workers/text/prometheus-text.js');

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

/** Renders into a buffer of bytes that is used again. */
class Renderer {
  #text = new Text();
  #bytes = Buffer.alloc(0);
  #length = 0;

  /** @returns the text, good until the next call */
  render(snapshot) {
    this.#length = 0;
    this.#text.writeTo(this, snapshot);
    return this.#bytes.subarray(0, this.#length);
  }

  write(source, from, to) {
    const length = this.#length + to - from;
    if (length > this.#bytes.length) this.#grow(length);
    source.copy(this.#bytes, this.#length, from, to);
    this.#length = length;
  }

  #grow(length) {
    // Zero-filled, so that the system has given all of it before any time is taken.
    const larger = Buffer.alloc(Math.ceil(length * 1.25));
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}

module.exports = { createEncoder, Renderer, Text, part };
