/** What a scraper reads of one process. */
import { Exposition } from '../../../../workers/exposition/exposition';
import { decode } from '../protobuf/decoded-protobuf';
import { parse } from '../parsed-text';
import { labels, render } from '../rendered-snapshots';
import { samplesOf, snapshotOf, type ScopeData } from './processes-by-hand';

/** Its samples and the warnings. All formats are read strictly. */
export async function shown(view: 'all' | 'instance', ...scopes: ScopeData[]) {
  const snapshots = [{ snapshot: await snapshotOf(scopes), labels: view === 'all' ? labels(0) : [] }];
  const exposition = new Exposition();
  const first = render(exposition, { view, snapshots, format: 'text' });
  const { body, warnings } = render(exposition, { view, snapshots, format: 'text' });
  if (!first.body.equals(body)) throw new Error('the second rendering differs');
  parse(body.toString(), 'text');
  parse(render(exposition, { view, snapshots, format: 'openmetrics' }).body.toString(), 'openmetrics');
  decode(render(exposition, { view, snapshots, format: 'protobuf' }).body);
  return { samples: samplesOf(body.toString()), warnings };
}
