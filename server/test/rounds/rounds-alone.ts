/** Rounds with processes made by hand: a list stands for PM2's daemon, and messages come as PM2 brings them. */
import type { ExecutionContext } from 'ava';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import type { Daemon } from '../../../core/pm2/daemon';
import { SCALAR_VALUE } from '../../../core/snapshot';
import { encodeSnapshot } from '../../../core/wire/encode';
import type { PageRange } from '../../../core/wire/format';
import { collected, counter, point } from '../../../test/core/encoder/collections';
import { until } from '../../../test/support/until';
import type { DecodeTask } from '../../protocol/tasks';
import type { Heard } from '../../src/rounds/last-numbers';
import { Rounds } from '../../src/rounds/rounds';
import { decode } from '../../workers/decode';

interface Packet {
  readonly id: number | string;
  readonly request: string;
  readonly token: string;
  readonly data: { readonly incarnation?: string; readonly have?: PageRange[] };
}

/** No process has it, so that a run ends as soon as it is not listed. */
let nextPid = 2 ** 23;
const LIMITS = { maxBytes: 1 << 24, maxSeries: 1000, maxSamples: 8000 };

export class World {
  readonly heard: Heard[] = [];
  readonly packets: Packet[] = [];
  /** What was heard of blocked event loops. */
  readonly blocked: unknown[] = [];
  /** Decodes that have begun. */
  decoded = 0;
  /** Decoding waits for it. */
  gate: Promise<unknown> = Promise.resolve();
  list: Shop[] = [];
  readonly rounds: Rounds;

  constructor(t: ExecutionContext) {
    const daemon = {
      call: () => Promise.resolve(this.list.map((shop) => shop.listed())),
      sendDataToProcessId: (packet: readonly Buffer[]) => {
        this.packets.push(JSON.parse(Buffer.concat(packet).toString()) as Packet);
        return Promise.resolve();
      },
    };
    this.rounds = new Rounds({
      daemon: daemon as unknown as Daemon,
      ...{ apps: [], self: 99, maxSeries: 1000, maxPayload: 100_000 },
      onLastNumbers: (heard) => this.heard.push(heard),
      onBlocked: (run, blocked) => this.blocked.push([run, blocked]),
      decode: async (payload, known, firstPageId) => {
        this.decoded++;
        await this.gate;
        const result = decode({ kind: 'decode', payload, known, firstPageId, ...LIMITS } satisfies DecodeTask);
        if (result.ok) return result;
        throw Object.assign(new Error(result.message), { code: result.code });
      },
    });
    // Messages of this process go to all tests of a file.
    this.rounds.start();
    t.teardown(() => this.rounds.stop());
  }

  /** Asks all, which answer with what they have counted. @returns the kinds of errors so far */
  async ask(): Promise<Record<string, number>> {
    this.packets.length = 0;
    const asked = this.rounds.ask(60_000);
    await until('the requests', () => this.list.every((shop) => this.packetTo(shop)) || undefined);
    for (const shop of this.list) await shop.answer(this.packetTo(shop));
    const { errors } = await asked;
    return Object.fromEntries(Object.entries(errors).filter(([, count]) => count > 0));
  }

  packetTo({ pmId }: Shop): Packet {
    return this.packets.find(({ id }) => id === pmId) as Packet;
  }

  /** Waits for what has come of so many messages. */
  async hears(count: number): Promise<readonly (string | undefined)[]> {
    await until(`${count} messages`, () => this.heard.length === count || undefined);
    return this.heard.map(({ problem }) => problem);
  }

  /** The counts that are known, in the order of the runs' ends. */
  known(): (number | undefined)[] {
    return this.rounds.known().map(({ snapshot }) => snapshot?.values[SCALAR_VALUE]);
  }
}

/** A process that counts orders. */
export class Shop {
  orders = 0;
  token = '';
  have: PageRange[] = [];
  /** Epoch milliseconds. */
  startedAt: number;
  private encoder = new SnapshotEncoder({ maxSeries: 100 });
  private incarnation: string | undefined;

  constructor(
    readonly pmId: number,
    readonly pid = nextPid++,
  ) {
    this.startedAt = pid;
  }

  listed(): object {
    return { pm_id: this.pmId, name: 'shop', pid: this.pid, pm2_env: { status: 'online', pm_uptime: this.startedAt } };
  }

  /** Another exporter takes the place of the one that it had. */
  startAnew(): void {
    this.encoder = new SnapshotEncoder({ maxSeries: 100 });
    this.incarnation = undefined;
  }

  async answer({ token, request, data }: Packet): Promise<void> {
    const { have = [] } = data.incarnation === this.incarnation ? data : {};
    Object.assign(this, { token, have });
    emit({ topic: 'returnMetrics', from: this.pmId, request, token, data: await this.data() });
  }

  /** Sends its last numbers. */
  async sendLast(orders: number, changed: object = {}): Promise<void> {
    this.orders = orders;
    emit(this.lastMessage(await this.data(), changed));
  }

  lastMessage(data: object, changed: object = {}): object {
    const { pmId, token } = this;
    return { id: 99, topic: 'lastMetrics', from: String(pmId), token, data: { ...data, ...changed } };
  }

  async data(): Promise<object> {
    const { snapshot } = await this.encoder.encode(collected(counter('orders', [point({}, this.orders)])));
    const { incarnation, generation } = snapshot;
    this.incarnation = incarnation;
    const payload = encodeSnapshot(snapshot, this.have);
    return { v: 2, form: 'snapshot', incarnation, generation, pid: this.pid, payload };
  }
}

export function emit(message: object): void {
  process.emit('message', message, undefined);
}
