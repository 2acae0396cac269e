/** Numbers and labels, as text and OpenMetrics have them. */

export const NUMBER = /^([+-]?\d+(\.\d+)?(e[+-]?\d+)?|[+-]Inf|NaN)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(,|$)/;

export function parseLabels(text: string, line: string): Map<string, string> {
  const labels = new Map<string, string>();
  for (let rest = text; rest !== '';) {
    const label = LABEL.exec(rest);
    if (label === null) throw new Error(`no label at ${rest} in: ${line}`);
    const [all, name = '', value = '', end] = label;
    if (name === '__name__') throw new Error(`label ${name}: ${line}`);
    if (labels.has(name)) throw new Error(`label ${name} twice: ${line}`);
    labels.set(
      name,
      value.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character)),
    );
    rest = rest.slice(all.length);
    if (end === ',' && rest === '') throw new Error(`a comma too many: ${line}`);
  }
  return labels;
}

export function toNumber(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}
