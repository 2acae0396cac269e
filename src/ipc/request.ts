/** Reads what other processes ask for in PM2's messages. Nothing that comes in is trusted. */
import { readPmId } from '../../core/pm2/pm-id';
import type { PageRange } from '../../core/wire/format';
import type { Recipient } from '../../protocol/tasks';

/** Topic of the requests, as the first version of this protocol has it. */
const TOPIC = 'getMetrics';

export interface MetricsRequest {
  readonly recipient: Recipient;
  readonly form: RequestedForm;
}

export type RequestedForm =
  | { readonly kind: 'resource-metrics' }
  | {
      readonly kind: 'snapshot';
      /** The incarnation that the page ids belong to. */
      readonly incarnation: string | undefined;
      readonly have: readonly PageRange[];
    };

export type ReadRequest =
  | { readonly kind: 'request'; readonly request: MetricsRequest }
  /** A message that is none of ours. */
  | { readonly kind: 'other' }
  | { readonly kind: 'malformed'; readonly message: string };

const MAX_RANGES = 10_000;
const MAX_REQUEST_ID = 200;

export function readRequest(packet: unknown): ReadRequest {
  if (typeof packet !== 'object' || packet === null) return { kind: 'other' };
  const { topic, from, data, request } = packet as Record<string, unknown>;
  if (topic !== TOPIC) return { kind: 'other' };
  const pmId = readPmId(from);
  if (pmId === undefined) {
    return { kind: 'malformed', message: `"from" is ${shorten(from)}, expected the pm_id of the asker` };
  }
  const recipient = isRequestId(request) ? { pmId, request } : { pmId };
  return { kind: 'request', request: { recipient, form: readForm(data) } };
}

function isRequestId(request: unknown): request is string | number {
  return typeof request === 'string' ? request.length <= MAX_REQUEST_ID : Number.isFinite(request);
}

/** Whatever is not understood gets the form that every asker understands. */
function readForm(data: unknown): RequestedForm {
  if (typeof data !== 'object' || data === null) return { kind: 'resource-metrics' };
  const { v, form, incarnation, have } = data as Record<string, unknown>;
  if (form !== 'snapshot' || !Number.isSafeInteger(v) || (v as number) < 1) return { kind: 'resource-metrics' };
  return {
    kind: 'snapshot',
    incarnation: typeof incarnation === 'string' ? incarnation : undefined,
    have: isRanges(have) ? have : [],
  };
}

function isRanges(have: unknown): have is readonly PageRange[] {
  if (!Array.isArray(have) || have.length > MAX_RANGES) return false;
  // Not by `every`, which passes over the holes of a sparse array.
  for (const range of have as readonly unknown[]) {
    if (!Array.isArray(range) || range.length !== 2) return false;
    if (!Number.isSafeInteger(range[0]) || !Number.isSafeInteger(range[1])) return false;
  }
  return true;
}

function shorten(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // Told by its type instead.
  }
  return (text ?? typeof value).slice(0, 80);
}
