/** Reads what comes in as an answer to `getMetrics`. Any process of this PM2 can send anything. */
import { readPmId } from '../../../core/pm2/pm-id';
import { isRecord } from '../../../core/values';

/** Topic of the answers, as the first version of the message protocol has it. */
const TOPIC = 'returnMetrics';

export interface Answer {
  /** What the answer says of which instance it comes from. */
  readonly pmId: number;
  /** Id of the request that is answered; the original exporter sends none. */
  readonly request: string | undefined;
  readonly body: CompactBody | PlainBody;
}

export interface CompactBody {
  readonly form: 'snapshot';
  readonly incarnation: string;
  readonly generation: number;
  readonly payload: string;
  /** The process that answers. */
  readonly pid: number | undefined;
}

/** What should be OpenTelemetry's ResourceMetrics. Not checked yet. */
export interface PlainBody {
  readonly form: 'plain';
  readonly data: object;
}

/** A message with the topic of answers that is no answer, and the problem with it in a sentence. */
interface MalformedAnswer {
  readonly pmId: number;
  readonly request: string | undefined;
  readonly problem: string;
}

export type ReadAnswer = Answer | MalformedAnswer;

/** @returns `undefined` for any other message, and for one that names no instance as its sender */
export function readAnswer(message: unknown): ReadAnswer | undefined {
  if (!isRecord(message)) return undefined;
  const { topic, from, request, data } = message;
  if (topic !== TOPIC) return undefined;
  const pmId = readPmId(from);
  if (pmId === undefined) return undefined;
  const head = { pmId, request: typeof request === 'string' ? request : undefined };
  const body = readBody(data);
  return typeof body === 'string' ? { ...head, problem: body } : { ...head, body };
}

/** @returns a sentence that names the problem if it is malformed */
function readBody(data: unknown): Answer['body'] | string {
  if (typeof data !== 'object' || data === null) return 'it has no object as "data"';
  const { form, v, incarnation, generation, payload, pid } = data as Readonly<Record<string, unknown>>;
  if (form === undefined) return { form: 'plain', data };
  if (form !== 'snapshot' || v !== 1) return 'it is of a form or version that was not asked for';
  if (typeof incarnation !== 'string' || !Number.isSafeInteger(generation) || typeof payload !== 'string') {
    return 'it lacks "incarnation", "generation" or "payload"';
  }
  const processId = Number.isSafeInteger(pid) ? (pid as number) : undefined;
  return { form, incarnation, generation: generation as number, payload, pid: processId };
}
