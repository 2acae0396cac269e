/**
 * Notices that the process ends, whichever way, and has its last numbers sent. An end stays what it is: exit code, signal,
 * and what the app does about it.
 *
 * - `exit`: whatever led there, the numbers are collected and sent while the main thread waits.
 * - A signal that the app does not handle: the same, and then the signal takes its effect.
 * - A signal that it handles, the message `shutdown`, the end of the channel: they are sent early. The app decides when it
 *   ends, and `exit` sends what has been counted until then.
 */
import { listenOnChannel, type Listening } from '../ipc/channel';
import type { LastNumbers } from './last-numbers';
import { EndSignals } from './signals';
import { withoutWarning } from './without-warning';

export class Ends {
  private readonly signals: EndSignals;
  private onChannel: readonly Listening[] = [];

  constructor(private readonly last: LastNumbers) {
    this.signals = new EndSignals(last);
  }

  /**
   * Called as soon as there is a metrics server that is to be told: before, nothing of the process is changed. Repeatable: it
   * listens again where the app has removed all listeners.
   */
  watch(): void {
    withoutWarning(() => {
      if (!process.listeners('exit').includes(this.onExit)) process.on('exit', this.onExit);
      if (!process.listeners('beforeExit').includes(this.onBeforeExit)) process.on('beforeExit', this.onBeforeExit);
      if (this.onChannel.length > 0) return;
      this.onChannel = [
        listenOnChannel('message', (message) => message === 'shutdown' && void this.last.send()),
        listenOnChannel('disconnect', () => void this.last.send()),
      ];
    });
    for (const listening of this.onChannel) listening.renew();
    this.signals.watch();
  }

  /** Repeatable. */
  stop(): void {
    process.off('exit', this.onExit);
    process.off('beforeExit', this.onBeforeExit);
    for (const listening of this.onChannel) listening.stop();
    this.onChannel = [];
    this.signals.stop();
  }

  private readonly onExit = (): void => this.last.sendNow();

  private readonly onBeforeExit = (): void => this.last.prepare();
}
