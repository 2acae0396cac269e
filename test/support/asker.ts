/** Controls the app `host/asker.js` from a test: sends requests by PM2's messages and takes the replies. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResourceMetrics } from '../../core/otel';
import type { Instance } from './pm2';
import { until } from './until';

export interface Reply {
  readonly topic: string;
  readonly from: string | number;
  readonly data: ResourceMetrics;
}

export interface Request {
  readonly times?: number;
  /** Fields that replace or add to those of a proper request. */
  readonly packet?: Readonly<Record<string, unknown>>;
}

export class Asker {
  constructor(private readonly instance: Instance) {}

  get id(): number {
    return this.instance.id;
  }

  /** @returns the error messages of PM2, one per message that it refused */
  async send(target: number, { times = 1, packet = {} }: Request = {}): Promise<string[]> {
    const request = { topic: 'getMetrics', data: null, from: String(this.id), ...packet };
    return this.instance.ask('send', { target, times, packet: request });
  }

  /** Sends that many requests at once and waits for as many replies, then 300 ms more for a surplus reply. */
  async request(target: number, { times = 1, packet = {} }: Request = {}): Promise<Reply[]> {
    await this.forget();
    await this.send(target, { times, packet });
    return this.take(times);
  }

  /** Waits for that many messages, then 300 ms more for a surplus message. */
  async take(count: number): Promise<Reply[]> {
    await until(`${count} replies`, async () => ((await this.count()) >= count ? true : undefined));
    await sleep(300);
    return this.instance.ask('take');
  }

  async count(): Promise<number> {
    return this.instance.ask('count');
  }

  async forget(): Promise<void> {
    await this.instance.ask('take', { whole: false });
  }
}
