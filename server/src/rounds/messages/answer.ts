/** Reads the messages of exporters: answers to `getMetrics`, and what they send unasked. Any process of this PM2 can send anything. */
import { HELLO_TOPIC } from '../../../../core/pm2/introductions';
import { readPmId } from '../../../../core/pm2/pm-id';
import { isRecord } from '../../../../core/values';
import { WIRE_VERSION } from '../../../../core/wire/format';

/** Topic of the answers, as the first version of the message protocol has it. */
const TOPIC = 'returnMetrics';
/** Topic of the messages that have the last numbers of a process, or of an exporter that is stopped. */
const LAST_TOPIC = 'lastMetrics';

export interface Answer {
  /** The instance from which the answer says that it comes. */
  readonly pmId: number;
  /** Id of the request that is answered; the original exporter sends none. */
  readonly request: string | undefined;
  /** The token of that request. Every answer in the compact form has one. */
  readonly token: string | undefined;
  readonly body: CompactBody | PlainBody;
}

export interface CompactBody {
  readonly form: 'snapshot';
  readonly incarnation: string;
  readonly generation: number;
  readonly payload: string;
  /** The process that answers. */
  readonly pid: number;
}

/** What should be OpenTelemetry's ResourceMetrics. Not checked yet. */
export interface PlainBody {
  readonly form: 'plain';
  readonly data: object;
}

interface Problem {
  readonly kind: 'malformed' | 'unsupported';
  /** A sentence that begins with a small letter. */
  readonly problem: string;
}

/** An answer that cannot be used has a problem in place of its body. */
export type ReadAnswer = Answer | (Problem & Omit<Answer, 'body'>);

/** @returns the pm_id of the process whose exporter says that it has started; `undefined` for any other message */
export function readHello(message: unknown): number | undefined {
  return isRecord(message) && message['topic'] === HELLO_TOPIC ? readPmId(message['from']) : undefined;
}

/** @returns `undefined` for any other message, and for one that names no instance as its sender */
export function readAnswer(message: unknown): ReadAnswer | undefined {
  if (!isRecord(message)) return undefined;
  const { topic, from, request, token, data } = message;
  if (topic !== TOPIC) return undefined;
  const pmId = readPmId(from);
  if (pmId === undefined) return undefined;
  const head = { pmId, request: textOf(request), token: textOf(token) };
  const body = readBody(data);
  if ('problem' in body) return { ...head, ...body };
  if (body.form === 'snapshot' && head.token === undefined) return { ...head, ...malformed('it lacks the token') };
  return { ...head, body };
}

/** The last numbers of a process, which it sends unasked. */
export interface LastNumbers {
  /** Without one they count for no run. */
  readonly token: string | undefined;
  readonly body: CompactBody;
}

/** Last numbers that cannot be used have a problem in place of their body. */
export type ReadLastNumbers = LastNumbers | (Problem & Pick<LastNumbers, 'token'>);

/** @returns `undefined` for any other message */
export function readLastNumbers(message: unknown): ReadLastNumbers | undefined {
  if (!isRecord(message) || message['topic'] !== LAST_TOPIC) return undefined;
  const token = textOf(message['token']);
  const body = readBody(message['data']);
  if ('problem' in body) return { token, ...body };
  return body.form === 'snapshot' ? { token, body } : { token, ...malformed('they are not in the compact form') };
}

function readBody(data: unknown): Answer['body'] | Problem {
  if (typeof data !== 'object' || data === null) return malformed('it has no object as "data"');
  const { form, v, incarnation, generation, payload, pid } = data as Readonly<Record<string, unknown>>;
  if (form === undefined) return { form: 'plain', data };
  if (form !== 'snapshot') return malformed('it is of a form that was not asked for');
  if (v !== WIRE_VERSION) return otherVersion(v);
  const hasNumbers = Number.isSafeInteger(generation) && Number.isSafeInteger(pid);
  if (typeof incarnation !== 'string' || typeof payload !== 'string' || !hasNumbers) {
    return malformed('it lacks "incarnation", "generation", "pid" or "payload"');
  }
  return { form, incarnation, generation: generation as number, payload, pid: pid as number };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function malformed(problem: string): Problem {
  return { kind: 'malformed', problem };
}

function otherVersion(v: unknown): Problem {
  if (typeof v !== 'number') return malformed('it says no version');
  const older =
    v > WIRE_VERSION
      ? 'update pm2-cluster-metrics, and restart it'
      : 'update @mashroom/mashroom-monitoring-pm2-exporter in that app, and reload the app';
  const problem = `it is in version ${v} of the protocol, and this server reads version ${WIRE_VERSION}: ${older}`;
  return { kind: 'unsupported', problem };
}
