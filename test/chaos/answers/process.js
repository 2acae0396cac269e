'use strict';

/** A process as the metrics server knows it: what it answers goes through the reader of answers. */
const { SnapshotEncoder } = require('../../../core/encoder/encoder');
const { WIRE_VERSION } = require('../../../core/wire/format');
const { encodeSnapshot } = require('../../../core/wire/encode');
const { readAnswer } = require('../../../server/src/rounds/messages/answer');
const { KnownRun } = require('../../../server/src/rounds/runs/known-run');
const { AnswerError, Reader } = require('../../../server/src/rounds/reader');
const { decode } = require('../../../server/workers/decode');
const { inflated } = require('../../core/wire/payloads');
const { oddPayload } = require('./compact');
const { oddData } = require('./plain');

const LIMITS = { maxBytes: 16 * 1024 * 1024, maxSeries: 2000, maxSamples: 40_000 };

const reader = new Reader({
  maxPayload: 1024 * 1024,
  maxSeries: LIMITS.maxSeries,
  async decode(payload, known, firstPageId) {
    const result = decode({ kind: 'decode', payload, known, firstPageId, ...LIMITS });
    if (result.ok) return result;
    throw Object.assign(new Error(result.message), { code: result.code });
  },
});

const newEncoder = () => new SnapshotEncoder({ maxSeries: LIMITS.maxSeries });

class Process {
  encoder = newEncoder();
  /** Whether it was started again: the server has no pages of it then. */
  isNew = false;

  constructor(app, pmId) {
    this.run = { app, pmId, key: `${app} ${pmId}` };
    this.known = new KnownRun(this.run, 1000 + pmId);
  }

  /** As an exporter that was stopped and started again. */
  startAnew() {
    this.encoder = newEncoder();
    this.isNew = true;
  }

  async compact(data) {
    const { snapshot } = await this.encode(data);
    return this.answer(messageOf(snapshot, encodeSnapshot(snapshot, this.have)));
  }

  /** @returns `undefined` if the answer is refused */
  async oddCompact(data, random, clashes) {
    const { snapshot } = await this.encode(data);
    return this.answer(messageOf(snapshot, oddPayload(snapshot, this.have, random, clashes)));
  }

  async plain(data) {
    return this.answer(JSON.parse(JSON.stringify(data)));
  }

  /** @returns `undefined` if the answer is refused */
  async oddPlain(data, random, clashes) {
    return this.answer(oddData(data, random, clashes));
  }

  get have() {
    if (this.isNew) return [];
    return [...(this.known.last?.pages.keys() ?? [])].map((id) => [id, id]);
  }

  encode(data) {
    return this.encoder.encode({ data, time: 1, intervalMs: 1, collectMs: 0 });
  }

  async answer(data) {
    const { known } = this;
    const answer = readAnswer({ topic: 'returnMetrics', from: String(this.run.pmId), token: 'token', data });
    if (answer?.body === undefined) return undefined;
    const pid = answer.body.form === 'snapshot' ? { pid: known.pid } : {};
    try {
      const request = { known, base: known.last };
      const snapshot = await reader.read(request, { ...answer, body: { ...answer.body, ...pid } }, 1);
      return { run: this.run, snapshot, isLeaving: false };
    } catch (error) {
      // Anything else of these is a failure of the server.
      if (error instanceof AnswerError && error.kind !== 'worker') return undefined;
      throw error;
    }
  }
}

/** The message that fits the payload, as far as the payload can be read: a consistent lie gets further. */
function messageOf({ incarnation, generation }, payload) {
  const message = { form: 'snapshot', v: WIRE_VERSION, incarnation, generation, pid: 1, payload };
  try {
    const { header } = inflated(payload);
    return { ...message, incarnation: header.incarnation, generation: header.generation };
  } catch {
    return message;
  }
}

module.exports = { Process };
