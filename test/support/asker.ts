/** The test's end of `host/asker.js`: requests by PM2's messages, and the replies to them. */
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

  /** @returns what PM2 had against it */
  async send(target: number, { times = 1, packet = {} }: Request = {}): Promise<string[]> {
    const request = { topic: 'getMetrics', data: null, from: String(this.id), ...packet };
    return this.instance.ask('send', { target, times, packet: request });
  }

  /** Sends as many requests at once and waits for as many replies, and a moment for one too many. */
  async request(target: number, { times = 1, packet = {} }: Request = {}): Promise<Reply[]> {
    await this.forget();
    await this.send(target, { times, packet });
    return this.take(times);
  }

  /** Waits for that many messages, and a moment for one too many. */
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
