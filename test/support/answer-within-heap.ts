/** Has worker threads with a given heap answer for a given number of series, in a process of its own. */
import type * as net from 'node:net';
import type * as os from 'node:os';
import type * as path from 'node:path';
import type * as encoderModule from '../../core/encoder/encoder';
import type * as messagesModule from '../../core/pm2/messages';
import type * as poolModule from '../../src/pool/exporter-pool';
import type { ReplyForm } from '../../protocol/tasks';
import { runInChild, type Ended } from '../in-child/run';

export interface Case {
  readonly series: number;
  readonly maxMemoryMb: number;
  readonly form: ReplyForm;
  /** How many metrics have these series. Default: 1. */
  readonly metrics?: number;
}

/** The process tells the codes of two answers, `ok` for one that was sent. */
export function answerWithinHeap(one: Case): Promise<Ended> {
  return runInChild(work, one);
}

async function work(
  { load, locate, require, tell }: Parameters<Parameters<typeof runInChild>[0]>[0],
  { series, maxMemoryMb, form, metrics = 1 }: Case,
): Promise<void> {
  const { SnapshotEncoder } = load('core/encoder/encoder') as typeof encoderModule;
  const { ExporterPool } = load('src/pool/exporter-pool') as typeof poolModule;
  const { MessageReader, writeMessage } = load('core/pm2/messages') as typeof messagesModule;
  const { createServer } = require('node:net') as typeof net;
  const { join } = require('node:path') as typeof path;
  const { tmpdir } = require('node:os') as typeof os;

  // A daemon that takes each answer and does nothing with it.
  const socketPath = join(tmpdir(), `heap-${process.pid}.sock`);
  const server = createServer((socket) => {
    const answer = Buffer.from('j:{"args":[null]}');
    const reader = new MessageReader(
      ([, id]) => {
        for (const piece of writeMessage([answer], String(id))) socket.write(piece);
      },
      () => false,
    );
    socket.on('data', (chunk) => void reader.read(chunk)).on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));

  const time = [1_795_000_000, 0];
  const point = (at: number): object => ({
    attributes: { route: `/a/route/of/the/app/${at}`, method: 'GET', status: 200 },
    startTime: time,
    endTime: time,
    value: at * 1.5,
  });
  const family = (name: string, dataPoints: readonly object[]): object => ({
    // One character beyond Latin-1: V8 then takes two bytes for each character of a string that contains it.
    descriptor: { name, description: 'What it costs in €', unit: '1', type: 'COUNTER', valueType: 1 },
    aggregationTemporality: 1,
    dataPointType: 3,
    isMonotonic: true,
    dataPoints,
  });
  const points = Array.from({ length: series }, (_, at) => point(at));
  const each = Math.ceil(series / metrics);
  const families = Array.from({ length: metrics }, (_, at) =>
    family(`metric_${at}`, points.slice(at * each, (at + 1) * each)),
  );
  const data = { resource: { attributes: {} }, scopeMetrics: [{ scope: { name: 's' }, metrics: families }] };
  const encoder = new SnapshotEncoder({ maxSeries: 10_000_000 });
  const { snapshot } = await encoder.encode({ data: data as never, time: 0, intervalMs: 1, collectMs: 0 });
  const pool = new ExporterPool({
    worker: locate('workers/worker'),
    threads: 1,
    maxMemoryMb,
    timeoutMs: 120_000,
    hold: () => () => undefined,
  });
  for (let i = 0; i < 2; i++) {
    const result = await pool.run({
      kind: 'reply',
      snapshot,
      form,
      recipients: [{ pmId: 1 }],
      from: '0',
      daemon: { kind: 'path', path: socketPath },
      timeoutMs: 60_000,
      served: new Int32Array(new SharedArrayBuffer(4)),
    });
    tell(result.ok ? 'ok' : `${result.code} ${result.message.split('\n')[0]}`);
  }
  await pool.stop();
  server.close();
  process.exit(0);
}
