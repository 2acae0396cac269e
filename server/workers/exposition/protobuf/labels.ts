/** The labels of series as protobuf, made once per series of the official text: they are the same in all formats. */
import { LABELS, unescaped } from '../../text/official/official';
import { Bytes } from '../pages/bytes';
import { ByteStrings } from '../pages/byte-strings';
import { LABEL, METRIC, bytesTag } from './schema';

/**
 * @param texts by series: the text between the braces
 * @returns by series: all `label` fields of its `Metric`
 */
export function labelFields(texts: readonly string[]): ByteStrings {
  const pair = new Bytes();
  return new ByteStrings(texts.length, (out, index) => {
    for (const [, name = '', value = ''] of (texts[index] as string).matchAll(LABELS)) {
      pair.clear();
      pair.text(bytesTag(LABEL.name), name);
      pair.text(bytesTag(LABEL.value), value.includes('\\') ? unescaped(value) : value);
      out.message(bytesTag(METRIC.label), pair);
    }
  });
}
