'use strict';

/**
 * Renders Prometheus text in one thread. Ours ends with the chunks that a worker of the metrics server hands over, most
 * of which are memory that it lends. Compares with the official serializer, prom-client and @prometheus-io/client,
 * whose text is a string that is not encoded to bytes yet, and with copying the finished bytes.
 */

const { PrometheusSerializer } = require('@opentelemetry/exporter-prometheus');
const { busyMs } = require('../lib/clock');
const { createEncoder, part, Renderer } = require('../lib/engine');
const { countSamples, createPeer } = require('../lib/peers');
const { rounds } = require('../lib/rounds');
const { atMost, timesMore } = require('../lib/rows');
const { createWorkload, VARIANTS } = require('../lib/workload');

const { strideOf } = part('core/snapshot.js');
const { copyBytes } = part('server/workers/text/lines/lendable.js');

const NAME = 'Prometheus text';
const COPY = 'Buffer.copy of the finished bytes';
const IN_ONE = 'copied into one buffer';
const LOOK = 'one look at each number';
const TARGETS = {
  everything: { PrometheusSerializer: 40, 'prom-client': 30, '@prometheus-io/client': 12 },
  '1 %': { PrometheusSerializer: 150, 'prom-client': 120, '@prometheus-io/client': 50 },
};
const COPY_TARGET = 3;
const WARM_UPS = 60;

/** @param {{peers: string[]}} options names of the packages to compare with; they must run on this Node.js */
module.exports = async function text({ quick, workload, peers, emit }) {
  const plan = quick ? { real: [3, 20], tiny: [3, 2] } : { real: [9, 100], small: [9, 5], large: [9, 1] };
  for (const [size, [count, repeat]] of Object.entries(plan)) {
    if (workload !== undefined && workload !== size) continue;
    // Clients render the whole text anew each time, whatever has changed, so one of each serves all variants.
    const clients = Object.fromEntries(peers.map((name) => [name, createPeer(require(name), createWorkload(size))]));
    await check(size);
    for (const variant of VARIANTS) await measure({ size, variant, count, repeat, clients, emit });
  }
};

async function measure({ size, variant, count, repeat, clients, emit }) {
  const official = 'prom-client' in clients;
  const { series, encode, renderer } = createRendering(size);
  const ours = (snapshot) => renderer.render(snapshot);
  const finished = Buffer.concat(ours(await encode(series.collect('nothing'))));
  let target = Buffer.alloc(2 * finished.length);
  // Each of these sides has its own workload and renderer, so that all sides see equally many changes per snapshot.
  const [inOne, looked] = [createRendering(size), createRendering(size)];
  const intoOne = (snapshot) => {
    let at = 0;
    for (const chunk of inOne.renderer.render(snapshot)) {
      if (at + chunk.length > target.length) target = Buffer.concat([target], 2 * (at + chunk.length));
      copyBytes(target, at, Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length), 0, chunk.length);
      at += chunk.length;
    }
  };
  const numbers = new Numbers();
  /** Million samples per second. The time of `prepare`, which changes the values, is not included. */
  const rate = (samples, prepare, work) => async () => {
    let ms = 0;
    for (let i = 0; i < repeat; i++) {
      const input = await prepare();
      if (i === 0) globalThis.gc();
      ms += await busyMs(() => work(input));
    }
    return (samples() * repeat) / ms / 1e3;
  };
  const samples = () => series.samples;
  const next = (rendering, what) => rendering.encode(rendering.series.collect(what));
  const sides = {
    ours: rate(samples, () => encode(series.collect(variant)), ours),
    [IN_ONE]: rate(samples, () => next(inOne, variant), intoOne),
    [LOOK]: rate(
      samples,
      () => next(looked, variant),
      (snapshot) => numbers.look(snapshot),
    ),
    [COPY]: rate(
      samples,
      () => undefined,
      () => finished.copy(target),
    ),
  };
  // New series would only make the workload larger.
  const warmUp = variant.endsWith('new') ? 'everything' : variant;
  for (let i = 0; i < WARM_UPS; i++) {
    ours(await encode(series.collect(warmUp)));
    intoOne(await next(inOne, warmUp));
    numbers.look(await next(looked, warmUp));
    if (i % 3 === 0) globalThis.gc();
  }
  if (official) {
    const serializer = new PrometheusSerializer();
    sides.PrometheusSerializer = rate(
      samples,
      () => series.collect('nothing'),
      (data) => serializer.serialize(data),
    );
  }
  for (const [name, peer] of variant.endsWith('new') ? [] : Object.entries(clients)) {
    const lines = countSamples(await peer.register.metrics());
    sides[name] = rate(
      () => lines,
      () => peer.change(variant),
      () => peer.register.metrics(),
    );
  }
  const { ours: rates, [IN_ONE]: whole, [LOOK]: lowerBound, [COPY]: copied, ...others } = await rounds(count, sides);
  const row = { name: NAME, workload: size, variant, unit: 'million samples/s', ours: rates };
  for (const [against, theirs] of Object.entries(others)) {
    const target = size === 'large' ? TARGETS[variant]?.[against] : undefined;
    emit(timesMore({ ...row, against, theirs, ...(target !== undefined && { target }) }));
    if (target !== undefined) emit(timesMore({ ...row, name: `${NAME}, ${IN_ONE}`, against, ours: whole, theirs }));
  }
  if (!official) return;
  const ms = (list) => list.map((one) => samples() / one / 1e3);
  if (size === 'large' || size === 'tiny')
    emit(atMost({ ...row, unit: 'ms', against: LOOK, ours: ms(rates), theirs: ms(lowerBound) }));
  if (variant !== 'nothing') return;
  const bound = size === 'large' ? { target: COPY_TARGET } : {};
  emit(atMost({ ...row, unit: 'ms', against: COPY, ours: ms(rates), theirs: ms(copied), ...bound }));
}

function createRendering(size) {
  return { series: createWorkload(size), encode: createEncoder().encode, renderer: new Renderer() };
}

/** Lower bound of rendering: compare each number with the one rendered last. Needed even if no number has changed. */
class Numbers {
  shown = new Float64Array(0);

  /** @returns how many numbers have changed since the last call, without start times, which the text does not show */
  look({ scopes, values }) {
    if (this.shown.length !== values.length) this.shown = new Float64Array(values.length);
    let changed = 0;
    for (const { families } of scopes) {
      for (const { pages } of families) {
        for (const { page, base } of pages) changed += this.lookAt(values, base, page.size, strideOf(page.layout));
      }
    }
    return changed;
  }

  lookAt(values, base, size, stride) {
    const { shown } = this;
    let changed = 0;
    for (let start = base, end = base + size * stride; start < end; start += stride) {
      for (let at = start + 1; at < start + stride; at++) {
        if (values[at] === shown[at]) continue;
        shown[at] = values[at];
        changed++;
      }
    }
    return changed;
  }
}

/** Checks the text: it must equal the official serializer's byte for byte, after changes too. */
async function check(size) {
  const series = createWorkload(size);
  const serializer = new PrometheusSerializer();
  const { encode } = createEncoder();
  const renderer = new Renderer();
  for (const variant of ['nothing', ...VARIANTS, 'nothing']) {
    const data = series.collect(variant);
    if (!Buffer.from(serializer.serialize(data)).equals(Buffer.concat(renderer.render(await encode(data)))))
      throw new Error(`text: differs from the official serializer's text (workload ${size}, variant '${variant}')`);
  }
}
