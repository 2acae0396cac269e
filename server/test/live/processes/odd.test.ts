/** The odd one among equals. */
import test from 'ava';
import { OddOnes } from '../../../src/live/processes/odd';
import type { LiveProcess } from '../../../src/live/processes/live-process';

const MIB = 1024 * 1024;

function process(pmId: number, more: Partial<LiveProcess> = {}): LiveProcess {
  return {
    run: { app: 'shop', pmId, key: `run ${pmId}` },
    status: 'online',
    startedAt: 1,
    restarts: 0,
    cpu: 0.1,
    memoryBytes: 100 * MIB,
    vitals: { requests: 50, errors: 0.1, latency: 0.1 },
    isHeard: true,
    isUnanswered: false,
    blockedSince: undefined,
    stack: undefined,
    odd: undefined,
    why: null,
    path: null,
    ...more,
  };
}

/** What the last of some equal rounds says. */
function after(rounds: number, processes: readonly LiveProcess[], odd = new OddOnes()): ReadonlyMap<string, string> {
  let found: ReadonlyMap<string, string> = new Map();
  for (let i = 0; i < rounds; i++) found = odd.find(processes);
  return found;
}

const EQUALS = [0, 1, 2].map((pmId) => process(pmId));

for (const [word, more] of [
  ['errors', { vitals: { requests: 50, errors: 4, latency: 0.1 } }],
  ['latency', { vitals: { requests: 50, errors: 0.1, latency: 0.4 } }],
  ['memory', { memoryBytes: 400 * MIB }],
  ['cpu', { cpu: 0.9 }],
  ['requests', { vitals: { requests: 2, errors: 0.1, latency: 0.1 } }],
] as const) {
  test(`one with other ${word} than its equals is odd, from the third round on`, (t) => {
    const processes = [...EQUALS, process(3, more)];
    t.deepEqual([...after(2, processes)], []);
    t.deepEqual([...after(3, processes)], [['run 3', word]]);
  });
}

test('equals are not odd, whatever small differences they have', (t) => {
  const processes = EQUALS.map((one, i) => ({
    ...one,
    cpu: 0.01 * (i + 1) ** 2,
    memoryBytes: (90 + 10 * i) * MIB,
    vitals: { requests: 40 + 5 * i, errors: 0.05 * i, latency: 0.001 * 3 ** i },
  }));
  t.deepEqual([...after(10, processes)], []);
});

test('two are no equals, and processes of other apps, silent ones and stopped ones do not count', (t) => {
  const far = process(3, { memoryBytes: 900 * MIB });
  t.deepEqual([...after(5, [...EQUALS.slice(0, 1), far])], []);
  t.deepEqual([...after(5, [...EQUALS.slice(0, 1), process(4, { isHeard: false }), far])], []);
  t.deepEqual([...after(5, [...EQUALS.slice(0, 1), process(4, { status: 'stopped' }), far])], []);
  t.deepEqual([...after(5, [...EQUALS.slice(0, 1), process(4, { run: { app: 'a', pmId: 4, key: 'k' } }), far])], []);
});

test('where all differ from each other, none is odd', (t) => {
  const processes = [100, 300, 500, 700].map((mib, pmId) => process(pmId, { memoryBytes: mib * MIB }));
  t.deepEqual([...after(10, processes)], []);
});

test('what comes and goes at the edge does not flap', (t) => {
  const odd = new OddOnes();
  const beyond = [...EQUALS, process(3, { memoryBytes: 170 * MIB })];
  const within = [...EQUALS, process(3, { memoryBytes: 160 * MIB })];
  for (let i = 0; i < 20; i++) t.deepEqual([...odd.find(i % 2 === 0 ? beyond : within)], []);
  t.is(after(3, beyond, odd).size, 1);
  for (let i = 0; i < 20; i++) t.is(odd.find(i % 2 === 0 ? beyond : within).size, 1);
  t.is(after(4, EQUALS.concat(process(3)), odd).size, 1);
  t.is(after(1, EQUALS.concat(process(3)), odd).size, 0);
});
