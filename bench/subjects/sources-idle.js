'use strict';

/** Main-thread time of a collection in which nothing has changed, and whether it follows the number of series. */

const { cpuMs } = require('../lib/clock');
const { createProcess, warmUp } = require('../lib/recording-process');
const { rounds } = require('../lib/rounds');
const { atMost, within } = require('../lib/rows');

const NAME = 'main-thread time to collect and encode';
const BOUND_MS = 0.2;
const FEW_SERIES = 1000;
/** Such a collection runs little code. In a process that lives for long all of it is compiled. */
const WARM_UPS = 3000;
const ROUNDS = 60;

module.exports = async function sourcesIdle({ quick, emit }) {
  for (const size of quick ? [500] : [100_000, 1_000_000]) {
    for (const reused of [false, true]) await measure({ size, reused, quick, emit });
  }
};

async function measure({ size, reused, quick, emit }) {
  const processes = {
    ours: createProcess('ours', size, { reused }),
    few: createProcess('ours', Math.min(size, FEW_SERIES), { reused }),
    one: createProcess('collect() alone', 1, { reused }),
  };
  for (const process of Object.values(processes)) {
    await warmUp(process, size);
    for (let i = 0; i < (quick ? 1 : WARM_UPS); i++) await process.cycle();
  }
  const sides = Object.entries(processes).map(([kind, { cycle }]) => [kind, () => cpuMs(cycle)]);
  // To go to sleep and to wake up takes about as long as the work, and differs from minute to minute.
  const taken = await rounds(quick ? 4 : ROUNDS, {
    ...Object.fromEntries(sides),
    nothing: () => cpuMs(() => undefined),
  });
  const net = (kind) => taken[kind].map((ms, i) => Math.max(ms - taken.nothing[i], 0.01));
  const variant = `0 %${reused ? ', reused objects' : ''}`;
  const row = { name: NAME, workload: `${size} counters`, variant, unit: 'ms', ours: net('ours') };
  emit(within({ ...row, against: `${BOUND_MS} ms`, bound: BOUND_MS }));
  emit(atMost({ ...row, against: `the same with ${FEW_SERIES} counters`, theirs: net('few') }));
  emit(atMost({ ...row, against: 'collect() of the SDK alone, with one series', theirs: net('one') }));
}
