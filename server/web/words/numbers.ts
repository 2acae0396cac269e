/** Numbers as people read them: three digits that matter, and a unit. */

const NOTHING = '–';
const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

type Known = number | null | undefined;

function isKnown(value: Known): value is number {
  return value !== null && value !== undefined && !Number.isNaN(value);
}

export function plain(value: Known): string {
  if (!isKnown(value)) return NOTHING;
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return value > 0 ? '∞' : '−∞';
  if (size >= 1e12) return value.toExponential(2);
  if (size >= 1e9) return `${digits(value / 1e9)} G`;
  if (size >= 1e6) return `${digits(value / 1e6)} M`;
  if (size >= 1e3) return GROUPED.format(value);
  if (size > 0 && size < 0.001) return value.toExponential(1);
  return digits(value);
}

/** Three digits that matter. Zeros at the end stay, so that numbers below each other line up. */
function digits(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3);
}

/** Zeros at the end are noise on an axis. */
export function withoutZeros(text: string): string {
  return text.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');
}

const BYTES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytes(value: Known): string {
  if (!isKnown(value)) return NOTHING;
  let rest = value;
  let step = 0;
  while (Math.abs(rest) >= 1024 && step < BYTES.length - 1) {
    rest /= 1024;
    step++;
  }
  return `${digits(rest)} ${BYTES[step]}`;
}

export function seconds(value: Known): string {
  if (!isKnown(value)) return NOTHING;
  const size = Math.abs(value);
  if (size === 0) return '0 ms';
  if (size < 0.001) return `${digits(value * 1e6)} µs`;
  if (size < 1) return `${digits(value * 1000)} ms`;
  return size < 120 ? `${digits(value)} s` : duration(value * 1000);
}

/** How long something takes or has been, in one unit. */
export function duration(ms: Known): string {
  if (!isKnown(ms)) return NOTHING;
  const s = Math.max(0, ms / 1000);
  if (s < 120) return `${Math.floor(s)} s`;
  if (s < 7200) return `${Math.floor(s / 60)} min`;
  return s < 172_800 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86_400)} d`;
}

/** Of one processor. */
export function percent(ratio: Known): string {
  if (!isKnown(ratio)) return NOTHING;
  const value = ratio * 100;
  return `${value.toFixed(value >= 99.95 ? 0 : 1)} %`;
}

export function timeOfDay(time: number): string {
  return TIME.format(time);
}

export type Format = (value: Known) => string;

/** @param unit as OpenTelemetry has it: UCUM, with `/s` for rates */
export function formatOf(unit: string | null): Format {
  if (unit === null) return plain;
  const perSecond = unit.endsWith('/s');
  const of = perSecond ? unit.slice(0, -2) : unit;
  const behind = (format: Format, text: string): Format => {
    return (value) => (isKnown(value) ? `${format(value)}${text}` : NOTHING);
  };
  if (of === 's' || of === 'seconds') return perSecond ? behind(seconds, '/s') : seconds;
  if (of === 'ms') return behind((value) => seconds(isKnown(value) ? value / 1000 : value), perSecond ? '/s' : '');
  if (of === 'By' || of === 'bytes') return behind(bytes, perSecond ? '/s' : '');
  if (of === '' || of === '1' || of.startsWith('{')) return behind(plain, perSecond ? '/s' : '');
  return behind(plain, ` ${unit}`);
}
