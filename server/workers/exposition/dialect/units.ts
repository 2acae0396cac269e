/** The words with which names in Prometheus end, by OpenTelemetry's units (UCUM). */

/** @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/ */
const WORDS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '1': 'ratio',
  '%': 'percent',
};

/** @returns the unit's word if the family's name ends with it: OpenMetrics allows a unit only then */
export function unitOf(familyName: string, unit: string): string | undefined {
  const word = Object.hasOwn(WORDS, unit) ? WORDS[unit] : unit;
  return word !== undefined && /^[a-zA-Z0-9_:]+$/.test(word) && familyName.endsWith(`_${word}`) ? word : undefined;
}
