/** The labels of series as protobuf, made once per series of the official text: they are the same in all formats. */
import { Bytes } from '../pages/bytes';
import { Pieces } from '../pages/pieces';
import { LABEL, METRIC, bytesTag } from './schema';

const LABELS = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPED = /\\([\\"n])/g;

/**
 * @param texts by series: the text between the braces
 * @returns by series: all `label` fields of its `Metric`
 */
export function labelFields(texts: readonly string[]): Pieces {
  const pair = new Bytes();
  return new Pieces(texts.length, (out, index) => {
    for (const [, name = '', value = ''] of (texts[index] as string).matchAll(LABELS)) {
      pair.clear();
      pair.text(bytesTag(LABEL.name), name);
      pair.text(bytesTag(LABEL.value), value.includes('\\') ? value.replace(ESCAPED, unescape) : value);
      out.message(bytesTag(METRIC.label), pair);
    }
  });
}

function unescape(_: string, character: string): string {
  return character === 'n' ? '\n' : character;
}
