'use strict';

/** What can become of a state file, or stand in its place. */
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');

/**
 * Changes of the content. Each returns the new bytes, and which of the old ones are lost as `[from, to]`. Bytes are added at
 * `from`, if any are.
 */
const CHANGES = {
  cut(bytes, random) {
    const at = random.below(bytes.length + 1);
    return { bytes: bytes.subarray(0, at), lost: [at, bytes.length] };
  },
  'flipped bits'(bytes, random) {
    const at = random.below(bytes.length);
    const copy = Buffer.from(bytes);
    copy[at] ^= 1 << random.below(8);
    return { bytes: copy, lost: [at, at + 1] };
  },
  overwritten: (bytes, random) => replaced(bytes, random, (length) => random.pick([zeros, noise])(length, random)),
  removed: (bytes, random) => replaced(bytes, random, () => Buffer.alloc(0)),
  inserted(bytes, random) {
    const at = random.below(bytes.length + 1);
    const more = random.pick([zeros, noise])(1 + random.below(5000), random);
    return { bytes: Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]), lost: [at, at] };
  },
};

/** Things in its place, which are left alone. */
const THINGS = {
  folder: (path) => fs.mkdirSync(path),
  'named pipe': (path) => execFileSync('mkfifo', [path]),
  'device that is always full': (path) => fs.symlinkSync('/dev/full', path),
  'device that never ends': (path) => fs.symlinkSync('/dev/zero', path),
  'link to itself': (path) => fs.symlinkSync(path, path),
  'text of another program': (path, random) => fs.writeFileSync(path, 'root:x:0:0\n'.repeat(1 + random.below(9999))),
  noise: (path, random) => fs.writeFileSync(path, noise(64 + random.below(100_000), random)),
  'huge file without content'(path) {
    fs.writeFileSync(path, '');
    fs.truncateSync(path, 2 ** (33 + (path.length % 8)));
  },
};

/** Files of which nothing is used. They are kept under another name. */
const OTHER_VERSIONS = [
  '{"format":"pm2-metrics-state","v":1,"apps":[]}\n',
  'pm2-metrics-state 3\nPM2r',
  'pm2-metrics-state 99\n',
];

function replaced(bytes, random, make) {
  const [from, to] = rangeOf(bytes, random);
  return { bytes: Buffer.concat([bytes.subarray(0, from), make(to - from), bytes.subarray(to)]), lost: [from, to] };
}

function rangeOf(bytes, random) {
  const from = random.below(bytes.length);
  return [from, Math.min(bytes.length, from + 1 + random.below(random.chance(0.5) ? 20 : 3000))];
}

function zeros(length) {
  return Buffer.alloc(length);
}

function noise(length, random) {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

module.exports = { CHANGES, OTHER_VERSIONS, THINGS };
