/** The numbers of a process: what they are called, and how they are written. */
import type { PastField } from '../../protocol/page';
import { bytes, percent, plain, seconds, type Format } from '../words/numbers';

export const FORMATS: Readonly<Record<PastField, Format>> = {
  requests: plain,
  errors: plain,
  p95: seconds,
  eventLoop: seconds,
  cpu: percent,
  memory: bytes,
};

interface Title {
  readonly short: string;
  readonly long: string;
}

export const TITLES: Readonly<Record<PastField, Title>> = {
  requests: { short: 'req/s', long: 'Requests per second' },
  errors: { short: 'err/s', long: 'Errors per second' },
  p95: { short: 'p95', long: 'p95, slowest process' },
  eventLoop: { short: 'loop', long: 'Event loop delay' },
  cpu: { short: 'CPU', long: 'CPU' },
  memory: { short: 'memory', long: 'Memory' },
};

/** By the server's word for it: the number that is odd, and what is said of it. */
const ODD: Readonly<Record<string, readonly [field: PastField, words: string]>> = {
  errors: ['errors', 'more errors'],
  latency: ['p95', 'slower'],
  memory: ['memory', 'more memory'],
  cpu: ['cpu', 'more CPU'],
  requests: ['requests', 'odd load'],
};

export function oddField(odd: string | null): PastField | undefined {
  return odd === null ? undefined : ODD[odd]?.[0];
}

export function oddWords(odd: string): string {
  return ODD[odd]?.[1] ?? odd;
}
