/** Reads the requests of other processes from PM2's messages. It trusts nothing in a message. */
import { readPmId } from '../../core/pm2/pm-id';
import type { PageRange } from '../../core/wire/format';
import type { Recipient } from '../../protocol/recipients';

/** Topic of the requests, the same as in the first version of this protocol. */
const TOPIC = 'getMetrics';

export interface MetricsRequest {
  readonly recipient: Recipient;
  readonly form: RequestedForm;
}

export type RequestedForm =
  | { readonly kind: 'plain' }
  | {
      readonly kind: 'snapshot';
      /** The incarnation to which the page ids belong. */
      readonly incarnation: string | undefined;
      /** The pages that the asker has. */
      readonly have: readonly PageRange[];
    };

export type ReadRequest =
  | { readonly kind: 'request'; readonly request: MetricsRequest }
  /** A message that is not a request for metrics. */
  | { readonly kind: 'other' }
  | { readonly kind: 'malformed'; readonly message: string };

const MAX_RANGES = 10_000;
/** Of the texts that come back in the answer as they are. */
const MAX_ECHOED_CHARS = 200;
/** Of a value that is quoted in the log. */
const MAX_QUOTED_CHARS = 80;

export function readRequest(packet: unknown): ReadRequest {
  if (typeof packet !== 'object' || packet === null) return { kind: 'other' };
  const { topic, from, data, request, token, pid } = packet as Record<string, unknown>;
  if (topic !== TOPIC) return { kind: 'other' };
  const pmId = readPmId(from);
  if (pmId === undefined) {
    return { kind: 'malformed', message: `"from" is ${quote(from)}, expected the pm_id of the asker` };
  }
  const recipient = {
    pmId,
    ...(isRequestId(request) && { request }),
    ...(isEchoed(token) && { token }),
    ...(isProcessId(pid) && { pid }),
  };
  return { kind: 'request', request: { recipient, form: readForm(data) } };
}

function isRequestId(request: unknown): request is string | number {
  return isEchoed(request) || Number.isFinite(request);
}

function isEchoed(text: unknown): text is string {
  return typeof text === 'string' && text.length <= MAX_ECHOED_CHARS;
}

/** Above 0, since other numbers mean groups of processes. */
function isProcessId(pid: unknown): pid is number {
  return Number.isSafeInteger(pid) && (pid as number) > 0;
}

/** @returns the form of the first version, which every asker understands, where `data` is not understood */
function readForm(data: unknown): RequestedForm {
  if (typeof data !== 'object' || data === null) return { kind: 'plain' };
  const { v, form, incarnation, have } = data as Record<string, unknown>;
  if (form !== 'snapshot' || !Number.isSafeInteger(v) || (v as number) < 1) return { kind: 'plain' };
  return {
    kind: 'snapshot',
    incarnation: typeof incarnation === 'string' ? incarnation : undefined,
    have: isRanges(have) ? have : [],
  };
}

function isRanges(have: unknown): have is readonly PageRange[] {
  if (!Array.isArray(have) || have.length > MAX_RANGES) return false;
  // A loop, since `every` skips the holes of a sparse array.
  for (const range of have as readonly unknown[]) {
    if (!Array.isArray(range) || range.length !== 2) return false;
    if (!Number.isSafeInteger(range[0]) || !Number.isSafeInteger(range[1])) return false;
  }
  return true;
}

function quote(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // Cyclic, or with a toJSON() that throws: its type is quoted.
  }
  return (text ?? typeof value).slice(0, MAX_QUOTED_CHARS);
}
