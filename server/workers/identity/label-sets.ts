/**
 * What makes a series in Prometheus: its labels as they are written, in any order, without empty ones. So `{}` and `{a: ''}`
 * are one label set, as are `{code: 200}` and `{code: '200'}`, or `{'x.y': 1}` and `{x_y: 1}`.
 */
import type { Attributes, Scope } from '../../../core/otel';
import type { Family } from '../../../core/snapshot';
import { labelOf, labelsOf, scopeLabels, type ExtraLabels } from '../text/official';
import { valueText, type Labels } from '../text/labels';

/** A label that series of one list of attributes have: an attribute's, or one that all series of the family have. */
interface Place {
  /** The label's name and what separates it from the value. */
  readonly before: string;
  readonly attribute: string | undefined;
  readonly value: string;
}

/** The label sets of the series of one family. */
export class LabelSets {
  private readonly labels: Labels;
  private readonly fixed: readonly (readonly [name: string, value: string])[];
  /** By list of attributes, as JSON: their labels by name. Few lists for many series. */
  private readonly places = new Map<string, readonly Place[]>();

  /** @param extra labels that all series of the snapshot get */
  constructor(scope: Scope, family: Family, extra: ExtraLabels) {
    this.labels = labelsOf(scope, family, extra);
    this.fixed = [...scopeLabels(scope, family), ...extra];
  }

  /** A text that two label sets share only if Prometheus takes them for the same. */
  keyOf(attributes: Attributes): string {
    const valid = this.labels.valid(attributes);
    let key = '';
    for (const { before, attribute, value } of this.placesOf(Object.keys(valid))) {
      const text = attribute === undefined ? value : asWritten(valueText(valid[attribute]));
      if (text !== '') key += `${before}${text.length}:${text}`;
    }
    return key;
  }

  private placesOf(attributes: readonly string[]): readonly Place[] {
    const list = JSON.stringify(attributes);
    let places = this.places.get(list);
    if (places === undefined) {
      const own = attributes.map((attribute) => ({ name: labelOf(attribute), attribute, value: '' }));
      const fixed = this.fixed.map(([name, value]) => ({ name, attribute: undefined, value: asWritten(value) }));
      places = [...own, ...fixed]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, attribute, value }) => ({ before: `,${name}=`, attribute, value }));
      if (this.places.size >= MAX_LISTS) this.places.clear();
      this.places.set(list, places);
    }
    return places;
  }
}

const MAX_LISTS = 1000;

/** Half of a surrogate pair has no UTF-8. */
function asWritten(value: string): string {
  return value.replace(/\p{Surrogate}/gu, '\ufffd');
}
