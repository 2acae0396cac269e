/** The order and the descriptors of OpenTelemetry's SDK, for families of a snapshot. Where the SDK is unknown: their own. */
import type { Descriptor, Scope } from '../../core/otel';
import type { Family, ScopeFamilies } from '../../core/snapshot';
import { isKnownMeter, storagesOf, type SdkState } from './sdk-state';

interface Known {
  readonly scope: Scope;
  readonly rank: number;
  readonly descriptors: ReadonlyMap<string, { readonly descriptor: Descriptor; readonly rank: number }>;
}

export class KnownInstruments {
  private readonly scopes = new Map<string, Known>();

  constructor(sdk: SdkState | undefined, collector: object | undefined) {
    if (sdk === undefined || collector === undefined) return;
    for (const meter of sdk.meterSharedStates.values()) {
      if (!isKnownMeter(meter)) continue;
      const { _instrumentationScope: scope } = meter;
      const descriptors = new Map<string, { descriptor: Descriptor; rank: number }>();
      for (const { _instrumentDescriptor: descriptor } of storagesOf(meter, collector)) {
        const key = descriptorKey(descriptor);
        if (!descriptors.has(key)) descriptors.set(key, { descriptor, rank: descriptors.size });
      }
      this.scopes.set(scopeKey(scope), { scope, rank: this.scopes.size, descriptors });
    }
  }

  sortedScopes(scopes: readonly ScopeFamilies[]): readonly ScopeFamilies[] {
    const rank = ({ scope }: ScopeFamilies): number => this.scopes.get(scopeKey(scope))?.rank ?? Infinity;
    return scopes.toSorted((a, b) => compare(rank(a), rank(b)));
  }

  sortedFamilies(scope: Scope, families: readonly Family[]): readonly (readonly [Family, Descriptor])[] {
    const known = this.scopes.get(scopeKey(scope))?.descriptors;
    return families
      .map((family) => ({ family, of: known?.get(descriptorKey(family.descriptor)) }))
      .sort((a, b) => compare(a.of?.rank ?? Infinity, b.of?.rank ?? Infinity))
      .map(({ family, of }) => [family, of?.descriptor ?? family.descriptor] as const);
  }

  scopeOf(scope: Scope): Scope {
    return this.scopes.get(scopeKey(scope))?.scope ?? scope;
  }
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** A snapshot has no empty versions. */
function scopeKey({ name, version, schemaUrl }: Scope): string {
  return JSON.stringify([name, version ?? '', schemaUrl ?? '']);
}

function descriptorKey({ name, description, unit, type }: Descriptor): string {
  return JSON.stringify([name, description ?? '', unit ?? '', type ?? '']);
}
