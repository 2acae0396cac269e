/** Labels of a series as protobuf, once per series: taken from the official text, so that they are the same. */
import { Bytes } from '../bytes';
import { LABEL, METRIC, bytesTag } from './schema';

const LABELS = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPED = /\\([\\"n])/g;

/** @param text what stands between the braces; @returns all `label` fields of a `Metric` */
export function labelFields(text: string): Buffer {
  const fields = new Bytes();
  const pair = new Bytes();
  for (const [, name = '', value = ''] of text.matchAll(LABELS)) {
    pair.clear();
    pair.text(bytesTag(LABEL.name), name);
    pair.text(
      bytesTag(LABEL.value),
      value.replace(ESCAPED, (_, character: string) => (character === 'n' ? '\n' : character)),
    );
    fields.message(bytesTag(METRIC.label), pair);
  }
  return fields.toBuffer();
}
