/**
 * Making a worker thread opens stdout and stderr of the process, to which the thread's outputs are piped. PM2's @pm2/io ends
 * an idle process in fork mode whose outputs are open, so a thread would shorten the life of a process that has nothing to
 * do. Here a thread is piped to streams that open the outputs when there is something to write.
 */
import { Writable } from 'node:stream';

const OUTPUTS = ['stdout', 'stderr'] as const;

/** @param makeThread makes the thread before it returns; code of the app must not run in it */
export function withClosedOutputs<T>(makeThread: () => T): T {
  const own = OUTPUTS.map((name) => Object.getOwnPropertyDescriptor(process, name));
  try {
    for (const [index, name] of OUTPUTS.entries()) {
      if (own[index]?.configurable !== true) continue;
      Object.defineProperty(process, name, { value: passingOnTo(name), configurable: true, enumerable: true });
    }
    return makeThread();
  } finally {
    for (const [index, name] of OUTPUTS.entries()) {
      const before = own[index];
      if (before?.configurable === true) Object.defineProperty(process, name, before);
    }
  }
}

function passingOnTo(name: (typeof OUTPUTS)[number]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      process[name].write(chunk);
      done();
    },
  });
}
