/**
 * Hears the signals that end a process. A listener takes away what Node.js does by default, and others count listeners to
 * find out whether an app handles a signal. So this one comes first, removes itself before any other runs, and where there
 * is no other one it sends the signal again.
 */
import type { LastNumbers } from './last-numbers';
import { withoutWarning } from './without-warning';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
type Signal = (typeof SIGNALS)[number];

export class EndSignals {
  private readonly listeners = new Map<Signal, () => void>();

  constructor(private readonly last: LastNumbers) {}

  /** Listens, also where the app has removed all listeners. Repeatable. */
  watch(): void {
    withoutWarning(() => {
      for (const signal of SIGNALS) {
        const listener = this.listeners.get(signal) ?? (() => this.hear(signal));
        this.listeners.set(signal, listener);
        if (!process.listeners(signal).includes(listener)) process.prependListener(signal, listener);
      }
    });
  }

  /** Repeatable. */
  stop(): void {
    for (const [signal, listener] of this.listeners) process.off(signal, listener);
    this.listeners.clear();
  }

  private hear(signal: Signal): void {
    const listener = this.listeners.get(signal);
    if (listener === undefined) return;
    process.off(signal, listener);
    const others = process.listenerCount(signal);
    if (others === 0) this.end(signal);
    else {
      if (others <= ofSignalExit()) this.last.sendNow();
      else void this.last.send();
      // When the others have been called: the process may live on, and there may be another signal.
      setImmediate(() => this.listeners.size > 0 && this.watch());
    }
  }

  /** The process is ended by the signal as without this listener. */
  private end(signal: Signal): void {
    const raise = (): void => void process.kill(process.pid, signal);
    if (this.last.isImmediate) {
      this.last.sendNow();
      raise();
    } else {
      // Without the signal the process would be dead by now: it lives until the numbers are sent.
      const alive = setInterval(() => undefined, 1000);
      void this.last.send().then(() => {
        clearInterval(alive);
        raise();
      });
    }
  }
}

/** How many listeners of a signal the package signal-exit has, which ends the process where there are only these. */
function ofSignalExit(): number {
  const { __signal_exit_emitter__: third } = process as { __signal_exit_emitter__?: { count?: unknown } };
  const fourth = (globalThis as { [FOURTH]?: { count?: unknown } })[FOURTH];
  return [third, fourth].reduce((sum, emitter) => sum + (Number(emitter?.count) || 0), 0);
}

const FOURTH = Symbol.for('signal-exit emitter');
