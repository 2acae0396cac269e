/**
 * Whether `workers.maxMemoryMb` has an effect.
 *
 * V8 has one `--max-old-space-size` for the whole process, and where it is given (or `--max-heap-size`, or a percentage)
 * it takes precedence over the limit that Node.js gives a worker thread. That is so in Node.js 20 and 24, whatever `execArgv`
 * and `env` the thread has. To change the flag while the process runs would change it for the app's own threads too.
 */
const FLAG = /^--max[-_](?:old[-_]space[-_]size(?:[-_]percentage)?|heap[-_]size)(?:=|$)/;

/** @returns a line for the log; `undefined` where the limit holds */
export function describeHeapLimit(maxMemoryMb: number): string | undefined {
  const flag = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)].find((one) => FLAG.test(one));
  if (flag === undefined) return undefined;
  return (
    `workers.maxMemoryMb (${maxMemoryMb}) has no effect: this process has ${flag}, which Node.js takes as the heap limit ` +
    'of worker threads too. A worker thread may use as much'
  );
}
