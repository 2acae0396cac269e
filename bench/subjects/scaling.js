'use strict';

/** Time to encode and to render one series, depending on the number of series. */

const { busyMs } = require('../lib/clock');
const { createEncoder, Text } = require('../lib/engine');
const { rounds } = require('../lib/rounds');
const { atMost } = require('../lib/rows');
const { createWorkload } = require('../lib/workload');

const TARGET = 1.5;
const NOWHERE = { write() {}, lend() {} };

module.exports = async function scaling({ quick, emit }) {
  const sizes = quick ? [1000, 10_000] : [1000, 10_000, 100_000, 1_000_000];
  const count = quick ? 3 : 7;
  const sides = {};
  for (const size of sizes) {
    const workload = createWorkload({ counters: size, histograms: 0 });
    const { encode } = createEncoder();
    const text = new Text();
    // The same number of series in total for every size.
    const repeat = Math.max(1, Math.round((quick ? 10_000 : 200_000) / size));
    for (let i = 0; i < 3; i++) text.writeTo(NOWHERE, await encode(workload.collect('everything')));
    const nanoseconds = (work) => async () => {
      let ms = 0;
      globalThis.gc();
      for (let i = 0; i < repeat; i++) ms += await work(workload.collect('everything'));
      return (ms * 1e6) / repeat / size;
    };
    sides[`encode ${size}`] = nanoseconds((data) => busyMs(() => encode(data)));
    sides[`text ${size}`] = nanoseconds(async (data) => {
      const snapshot = await encode(data);
      return busyMs(() => text.writeTo(NOWHERE, snapshot, () => undefined));
    });
  }
  const taken = await rounds(count, sides);
  const [first, ...larger] = sizes;
  const last = sizes.at(-1);
  for (const [what, name] of Object.entries({ encode: 'encoding, per series', text: 'Prometheus text, per series' })) {
    for (const size of larger) {
      const sidesOf = { ours: taken[`${what} ${size}`], theirs: taken[`${what} ${first}`] };
      const target = size === last && !quick ? { target: TARGET } : {};
      emit(
        atMost({
          name,
          workload: `${size} counters`,
          variant: 'everything',
          against: `${first} counters`,
          unit: 'ns',
          ...sidesOf,
          ...target,
        }),
      );
    }
  }
};
