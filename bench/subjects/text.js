'use strict';

/**
 * Prometheus text in one thread, in a buffer of bytes that is used again: ours beside the official serializer, prom-client
 * and @prometheus-io/client, whose text is a string yet, and beside copying the finished bytes.
 */

const { PrometheusSerializer } = require('@opentelemetry/exporter-prometheus');
const { busyMs } = require('../lib/clock');
const { createEncoder, Renderer } = require('../lib/engine');
const { countSamples, createPeer } = require('../lib/peers');
const { rounds } = require('../lib/rounds');
const { atMost, timesMore } = require('../lib/rows');
const { createWorkload, VARIANTS } = require('../lib/workload');

const NAME = 'Prometheus text';
const FLOOR = 'Buffer.copy of the finished bytes';
const TARGETS = {
  everything: { PrometheusSerializer: 40, 'prom-client': 30, '@prometheus-io/client': 12 },
  '1 %': { PrometheusSerializer: 150, 'prom-client': 120, '@prometheus-io/client': 50 },
};
const FLOOR_TARGET = 3;

/** @param {{peers: string[]}} options names of the packages to measure beside, those that run on this Node.js */
module.exports = async function text({ quick, workload, peers, emit }) {
  const plan = quick ? { real: [3, 20], tiny: [3, 2] } : { real: [9, 100], small: [9, 5], large: [5, 1] };
  for (const [size, [count, repeat]] of Object.entries(plan)) {
    if (workload !== undefined && workload !== size) continue;
    // They render all of it anew each time, whatever has changed.
    const clients = Object.fromEntries(peers.map((name) => [name, createPeer(require(name), createWorkload(size))]));
    await check(size);
    for (const variant of VARIANTS) await measure({ size, variant, count, repeat, clients, emit });
  }
};

async function measure({ size, variant, count, repeat, clients, emit }) {
  const official = 'prom-client' in clients;
  const series = createWorkload(size);
  const { encode } = createEncoder();
  const renderer = new Renderer();
  const ours = (snapshot) => renderer.render(snapshot).length;
  const finished = Buffer.from(renderer.render(await encode(series.collect('nothing'))));
  /** Million samples per second; changing the values beforehand takes no time here. */
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
  const copy = Buffer.alloc(finished.length);
  const sides = {
    ours: rate(samples, () => encode(series.collect(variant)), ours),
    [FLOOR]: rate(
      samples,
      () => undefined,
      () => finished.copy(copy),
    ),
  };
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
  const { ours: rates, [FLOOR]: floor, ...others } = await rounds(count, sides);
  const row = { name: NAME, workload: size, variant, unit: 'million samples/s', ours: rates };
  for (const [against, theirs] of Object.entries(others)) {
    const target = size === 'large' ? TARGETS[variant]?.[against] : undefined;
    emit(timesMore({ ...row, against, theirs, ...(target !== undefined && { target }) }));
    // What could be reached at the best, by who has nothing to do but to copy the finished bytes.
    if (target !== undefined)
      emit(timesMore({ ...row, name: `${NAME}, the copy alone`, against, ours: floor, theirs }));
  }
  if (variant !== 'nothing' || !official) return;
  const ms = (list) => list.map((one) => samples() / one / 1e3);
  const bound = size === 'large' ? { target: FLOOR_TARGET } : {};
  emit(atMost({ ...row, unit: 'ms', against: FLOOR, ours: ms(rates), theirs: ms(floor), ...bound }));
}

/** What is fast has to be right: byte for byte what the official serializer makes of it, after changes too. */
async function check(size) {
  const series = createWorkload(size);
  const serializer = new PrometheusSerializer();
  const { encode } = createEncoder();
  const renderer = new Renderer();
  for (const variant of ['nothing', ...VARIANTS, 'nothing']) {
    const data = series.collect(variant);
    if (!Buffer.from(serializer.serialize(data)).equals(renderer.render(await encode(data))))
      throw new Error('Not what the official serializer renders');
  }
}
