/**
 * What makes a series in Prometheus: its labels as they are written, in any order, without empty ones. So `{}` and `{a: ''}`
 * are one label set, as are `{code: 200}` and `{code: '200'}`, or `{'x.y': 1}` and `{x_y: 1}`.
 */
import type { ExtraLabels } from '../../protocol/labels';
import type { Attributes, Scope } from '../../../core/otel';
import type { Family } from '../../../core/snapshot';
import { hashOf, Hasher } from './hash';
import { labelNamesOf, labelsOf, scopeLabels } from '../text/official/official';
import { valueText, type Labels } from '../text/official/labels';

/** A label that series of one list of attributes have: an attribute's, or one that all series of the family have. */
interface ListedLabel {
  readonly name: string;
  /** Hash of the name. */
  readonly hash: number;
  readonly attribute: string | undefined;
  readonly value: string;
}

/** The label sets of the series of one family. */
export class LabelSets {
  private readonly labels: Labels;
  private readonly nameOf: (attribute: string) => string;
  private readonly fixed: readonly (readonly [name: string, value: string])[];
  /** By list of attributes, as JSON: their labels by name. Few lists for many series. */
  private readonly lists = new Map<string, readonly ListedLabel[]>();

  /** The last list of attributes whose names need no change. */
  private lastNames: readonly string[] | undefined;
  private lastLabels: readonly ListedLabel[] = [];

  /** @param extra labels that all series of the snapshot get */
  constructor(scope: Scope, family: Family, extra: ExtraLabels) {
    this.labels = labelsOf(scope, family, extra);
    this.nameOf = labelNamesOf(family);
    this.fixed = [...scopeLabels(scope, family), ...extra];
  }

  /** A text that two label sets share only if Prometheus takes them for the same. */
  keyOf(attributes: Attributes): string {
    const { valid, labels } = this.find(attributes);
    const texts = labels.map((label): [string, string] => [label.name, textOf(valid, label)]);
    return JSON.stringify(texts.filter(([, text]) => text !== ''));
  }

  /**
   * The same number for label sets that Prometheus takes for the same.
   *
   * @param seed of what they are labels
   */
  hashOf(attributes: Attributes, seed: number): number {
    const { valid, labels } = this.find(attributes);
    hasher.start(seed);
    for (const label of labels) {
      const text = textOf(valid, label);
      if (text === '') continue;
      hasher.addNumber(label.hash);
      hasher.add(text);
    }
    return hasher.hash;
  }

  private find(attributes: Attributes): { readonly valid: Attributes; readonly labels: readonly ListedLabel[] } {
    const names = Object.keys(attributes);
    // Nearly all series of a page have the same list of attributes.
    if (isSame(names, this.lastNames)) return { valid: attributes, labels: this.lastLabels };
    const valid = this.labels.valid(attributes);
    const labels = this.labelsOfList(valid === attributes ? names : Object.keys(valid));
    if (valid === attributes) [this.lastNames, this.lastLabels] = [names, labels];
    return { valid, labels };
  }

  private labelsOfList(attributes: readonly string[]): readonly ListedLabel[] {
    const list = JSON.stringify(attributes);
    let labels = this.lists.get(list);
    if (labels === undefined) {
      const own = attributes.map((attribute) => ({ name: this.nameOf(attribute), attribute, value: '' }));
      const fixed = this.fixed.map(([name, value]) => ({ name, attribute: undefined, value: asWritten(value) }));
      labels = [...own, ...fixed]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, attribute, value }) => ({ name, hash: hashOf(name), attribute, value }));
      if (this.lists.size >= MAX_LISTS) this.lists.clear();
      this.lists.set(list, labels);
    }
    return labels;
  }
}

const MAX_LISTS = 1000;
const hasher = new Hasher();

function isSame(names: readonly string[], others: readonly string[] | undefined): boolean {
  if (names.length !== others?.length) return false;
  for (let i = 0; i < names.length; i++) if (names[i] !== others[i]) return false;
  return true;
}

function textOf(attributes: Attributes, { attribute, value }: ListedLabel): string {
  return attribute === undefined ? value : asWritten(valueText(attributes[attribute]));
}

/** Half of a surrogate pair has no UTF-8. */
function asWritten(value: string): string {
  return SURROGATE.test(value) ? value.replace(/\p{Surrogate}/gu, '\ufffd') : value;
}

/** A surrogate, paired or not: without the flag `u` the test is fast. */
const SURROGATE = /[\ud800-\udfff]/;
