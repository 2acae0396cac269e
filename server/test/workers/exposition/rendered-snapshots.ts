/** Labelled snapshots made by hand, and what an exposition renders of them. */
import type { Format, LabelledSnapshot } from '../../../protocol/render';
import type { ResourceMetrics } from '../../../../core/otel';
import type { Snapshot } from '../../../../core/snapshot';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import type { Chunk } from '../../../workers/exposition/chunks';
import { Exposition, type Rendered, type RenderRequest } from '../../../workers/exposition/exposition';

export const FORMATS: readonly Format[] = ['text', 'openmetrics', 'protobuf'];

export interface Output extends Rendered {
  readonly body: Buffer;
  readonly chunks: readonly Chunk[];
}

export function render(exposition: Exposition, request: RenderRequest): Output {
  const chunks: Chunk[] = [];
  const rendering = exposition.render(request);
  let next = rendering.next();
  for (; next.done !== true; next = rendering.next()) chunks.push(next.value);
  return { ...next.value, body: Buffer.concat(chunks), chunks };
}

export function text(
  snapshots: readonly LabelledSnapshot[],
  format: Format = 'text',
  exposition = new Exposition(),
): string {
  return render(exposition, { view: 'all', snapshots, format }).body.toString();
}

export interface Process {
  readonly resource?: Record<string, unknown>;
  readonly scope?: string;
  readonly metrics: readonly object[];
}

export async function snapshotOf({ resource = {}, scope = 'test', metrics }: Process): Promise<Snapshot> {
  const data = { resource: { attributes: resource }, scopeMetrics: [{ scope: { name: scope }, metrics }] };
  return encodeWith(new SnapshotEncoder({ maxSeries: 100_000 }), data as unknown as ResourceMetrics);
}

export async function encodeWith(encoder: SnapshotEncoder, data: ResourceMetrics): Promise<Snapshot> {
  const { snapshot, problems } = await encoder.encode({ data, time: 1, intervalMs: 1, collectMs: 0 });
  if (problems.length > 0) throw new Error(problems.join('; '));
  return snapshot;
}

/** A labelled snapshot as `/metrics` shows it. */
export async function instance(pmId: number, process: Process): Promise<LabelledSnapshot> {
  return { snapshot: await snapshotOf(process), labels: labels(pmId) };
}

export function labels(pmId: number): LabelledSnapshot['labels'] {
  return [
    ['pm2_app', 'shop'],
    ['pm_id', String(pmId)],
  ];
}
