/** Exemplars of OpenMetrics, read as strictly as the format is written down. */
import type { ParsedExemplar, ParsedFamily, Sample } from './parsed-family';
import { NUMBER, parseLabels, toNumber } from './tokens';

const EXEMPLAR = /^\{(.*)\} (\S+)(?: (\S+))?$/s;

export function parseExemplar(text: string): ParsedExemplar {
  const [, labels = '', value = '', time] = EXEMPLAR.exec(text) ?? [];
  if (!NUMBER.test(value) || (time !== undefined && !NUMBER.test(time))) throw new Error(`no exemplar: ${text}`);
  return { labels: parseLabels(labels, text), value: toNumber(value), time: time === undefined ? time : Number(time) };
}

/** Only counters and buckets have exemplars, of at most 128 characters, and within the bucket. */
export function checkExemplar(sample: Sample, { name, type, samples }: ParsedFamily): void {
  const { exemplar } = sample;
  if (exemplar === undefined) return;
  const { labels, value, time } = exemplar;
  const chars = [...labels].reduce((sum, pair) => sum + Array.from(pair.join('')).length, 0);
  if (chars > 128) throw new Error(`an exemplar of ${sample.name} has ${chars} characters`);
  if (time !== undefined && !(time >= 0)) throw new Error(`an exemplar of ${sample.name} is of ${time}`);
  const isBucket = type === 'histogram' && sample.name === `${name}_bucket`;
  if (!isBucket && type !== 'counter') throw new Error(`${sample.name} has an exemplar`);
  if (!isBucket) return;
  const before = samples[samples.indexOf(sample) - 1];
  const below = before?.name === sample.name ? toNumber(before.labels.get('le')!) : -Infinity;
  const le = toNumber(sample.labels.get('le')!);
  // Behind the bucket +Inf, another histogram begins.
  const isIn = value <= le && (below >= le || value > below || below === -Infinity);
  if (!isIn) throw new Error(`an exemplar of ${value} is not above ${below} and up to ${le}`);
}
