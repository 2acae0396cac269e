/**
 * Writes what the official serializer cannot: summaries, and families whose names are those of Prometheus already. Labels and
 * lines have the shape that the serializer gives others, so that all that follows is the same for all of them.
 */
import { DataPointType, type Attributes } from '../../../../core/otel';
import type { Family, Layout, ScopeFamilies } from '../../../../core/snapshot';
import { numberText } from '../lines/digits';
import { valueText } from './labels';

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Whether the family is shown by its own name. One that Prometheus does not allow is treated as OpenTelemetry's. */
export function isVerbatim({ descriptor }: Pick<Family, 'descriptor'>): boolean {
  return descriptor.naming === 'prometheus' && NAME.test(descriptor.name);
}

/** Whether there are families, and all of them are shown by their own names: such a process has no `target_info`. */
export function areAllVerbatim(scopes: readonly ScopeFamilies[]): boolean {
  let some = false;
  for (const { families } of scopes) {
    for (const family of families) {
      if (!isVerbatim(family)) return false;
      some = true;
    }
  }
  return some;
}

export function isLabel(name: string): boolean {
  return LABEL.test(name);
}

/** HELP and TYPE, ended by a line feed. */
export function verbatimHead(family: Family): string {
  const { name, description = '' } = family.descriptor;
  const help = description.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `# HELP ${name} ${help}\n# TYPE ${name} ${typeOf(family)}\n`;
}

function typeOf({ dataPointType, isMonotonic }: Family): string {
  switch (dataPointType) {
    case DataPointType.SUM:
      return isMonotonic === true ? 'counter' : 'gauge';
    case DataPointType.SUMMARY:
      return 'summary';
    case DataPointType.GAUGE:
      return 'gauge';
    default:
      return 'histogram';
  }
}

/**
 * What stands between the braces.
 *
 * @param nameOf returns the name of an attribute's label
 */
export function verbatimLabels(attributes: Attributes, nameOf: (key: string) => string): string {
  return Object.entries(attributes)
    .map(([key, value]) => `${nameOf(key)}="${escaped(valueText(value))}"`)
    .join(',');
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

/**
 * The lines of one series, with 0 for every number: count and sum first.
 *
 * @param labels what stands between the braces
 * @param bounds how many of a histogram's buckets have a line
 */
export function seriesText(name: string, labels: string, layout: Layout, bounds: number): string {
  switch (layout.kind) {
    case 'histogram': {
      let text = line(`${name}_count`, labels);
      if (layout.sum) text += line(`${name}_sum`, labels);
      for (let i = 0; i < bounds; i++) {
        text += line(`${name}_bucket`, labels, `le="${numberText(layout.bounds[i] ?? Infinity)}"`);
      }
      return text;
    }
    case 'summary':
      return (
        line(`${name}_count`, labels) +
        line(`${name}_sum`, labels) +
        layout.quantiles.map((quantile) => line(name, labels, `quantile="${quantile}"`)).join('')
      );
    case 'scalar':
    case 'exponential':
      return line(name, labels);
  }
}

function line(name: string, labels: string, more = ''): string {
  const all = labels === '' || more === '' ? labels + more : `${labels},${more}`;
  return all === '' ? `${name} 0\n` : `${name}{${all}} 0\n`;
}
