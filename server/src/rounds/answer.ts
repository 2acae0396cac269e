/** Reads what comes in as an answer to `getMetrics`. Any process of this PM2 can send anything. */

/** Topic of the answers, as the first version of the message protocol has it. */
const TOPIC = 'returnMetrics';

export interface Answer {
  /** Of the instance, by its own account. */
  readonly pmId: number;
  /** Which request is answered; the original exporter does not say. */
  readonly request: string | undefined;
  readonly body: CompactBody | PlainBody;
}

export interface CompactBody {
  readonly form: 'snapshot';
  readonly incarnation: string;
  readonly generation: number;
  readonly payload: string;
  /** Process that answers. */
  readonly pid: number | undefined;
}

/** OpenTelemetry ResourceMetrics, if it is what it should be. */
export interface PlainBody {
  readonly form: 'plain';
  readonly data: object;
}

/** An error: what was sent as an answer and is none, from whom. `undefined`: a message that is none of ours. */
export type ReadAnswer =
  Answer | { readonly pmId: number; readonly request: string | undefined; readonly problem: string };

type Fields = Readonly<Record<string, unknown>>;

export function readAnswer(message: unknown): ReadAnswer | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { topic, from, request, data } = message as Fields;
  if (topic !== TOPIC) return undefined;
  const pmId = readPmId(from);
  // Nobody to lay it to.
  if (pmId === undefined) return undefined;
  const head = { pmId, request: typeof request === 'string' ? request : undefined };
  const body = readBody(data);
  return typeof body === 'string' ? { ...head, problem: body } : { ...head, body };
}

function readPmId(from: unknown): number | undefined {
  const text = typeof from === 'number' ? String(from) : from;
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** @returns a sentence if it is malformed */
function readBody(data: unknown): Answer['body'] | string {
  if (typeof data !== 'object' || data === null) return 'it has no object as "data"';
  const { form, v, incarnation, generation, payload, pid } = data as Fields;
  if (form === undefined) return { form: 'plain', data };
  if (form !== 'snapshot' || v !== 1) return 'it is of a form or version that was not asked for';
  if (typeof incarnation !== 'string' || !Number.isSafeInteger(generation) || typeof payload !== 'string') {
    return 'it lacks "incarnation", "generation" or "payload"';
  }
  const processId = Number.isSafeInteger(pid) ? (pid as number) : undefined;
  return { form, incarnation, generation: generation as number, payload, pid: processId };
}
