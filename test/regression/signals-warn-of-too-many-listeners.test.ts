/**
 * An app with as many listeners of a signal as Node.js takes for normal sees no warning of a leak because of the exporter.
 * Its listener, which was put back after each signal, was the one too many.
 */
import test from 'ava';
import { endingProcess, request } from '../end/ending-process';

test('an app with ten listeners of a signal that lives on sees no warning', async (t) => {
  const { ended } = await endingProcess(
    t,
    ({ tell }) => {
      let heard = 0;
      const hear = (): void => {
        if (++heard < 10) return;
        // The exporter listens again by then.
        setImmediate(() => {
          tell(heard);
          process.exit(0);
        });
      };
      // While the listener of the exporter is away.
      process.once('SIGTERM', () => {
        for (let i = 0; i < 10; i++) process.on('SIGTERM', hear);
        setTimeout(() => process.kill(process.pid, 'SIGTERM'), 100);
      });
      setInterval(() => undefined, 1000);
      process.kill(process.pid, 'SIGTERM');
    },
    { requests: [request(5)] },
  );
  t.like(ended, { code: 0, output: '' });
  t.is(ended.told.at(-1), 10);
});
