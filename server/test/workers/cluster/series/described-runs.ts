/** Runs that describe their series differently, and what a scraper reads of a round. */
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { counter, point } from '../../../../../test/core/encoder/collections';
import type { ClusterState } from '../../../../protocol/state';
import { Exposition } from '../../../../workers/exposition/exposition';
import type { ParsedFamily } from '../../exposition/parsed-family';
import { parse } from '../../exposition/parsed-text';
import { decode } from '../../exposition/protobuf/decoded-protobuf';
import { render } from '../../exposition/rendered-snapshots';
import { StateFile, temporaryFolder } from '../state/state-files';
import type { Cluster } from '../merged-instances';
import { at } from '../merged-instances';

/** The state as a server has it that was started anew. */
export function rereadOf(t: ExecutionContext, state: ClusterState): ClusterState {
  const file = new StateFile(join(temporaryFolder(t), 'state'));
  file.add('shop', state);
  return file.reread('shop');
}

type Answers = Parameters<Cluster['absorb']>[0];

/** What a scraper reads of a round: samples by name, without labels of scope and app. Both text formats are read strictly. */
export function shown(cluster: Cluster, answers: Answers, silent: readonly string[] = []) {
  const { snapshots, warnings } = cluster.absorb(answers, silent);
  const exposition = new Exposition();
  const bodyIn = (format: 'text' | 'openmetrics' | 'protobuf') =>
    render(exposition, { view: 'all', snapshots, format }).body;
  parse(bodyIn('openmetrics').toString(), 'openmetrics');
  decode(bodyIn('protobuf'));
  const families = parse(bodyIn('text').toString(), 'text');
  return { samples: samplesOf(families), scoped: samplesOf(families, /^pm2_app/), warnings };
}

export function samplesOf(families: readonly ParsedFamily[], left = /^(otel_|pm2_app)/): Record<string, number> {
  const samples = families.flatMap((family) => family.samples);
  return Object.fromEntries(
    samples.map(({ name, labels, value }) => {
      const own = [...labels].filter(([label, text]) => !left.test(label) && text !== '').sort();
      return [`${name}${own.map(([label, text]) => ` ${label}=${text}`).join('')}`, value];
    }),
  );
}

export const descriptor = (more: object) => ({
  name: 'orders',
  description: '',
  unit: '',
  type: 'COUNTER',
  valueType: 1,
  ...more,
});
export const orders = (value: number, attributes = {}, more = {}) => ({
  ...counter('orders', [point(attributes, value, at(1))]),
  descriptor: descriptor(more),
});

export const updown = (name: string, value: number, more = {}) => ({
  ...counter(name, [point({}, value, at(1))]),
  ...{ isMonotonic: false, descriptor: descriptor({ name, type: 'UP_DOWN_COUNTER', ...more }) },
});
