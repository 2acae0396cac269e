import type { Cardinality, Chart, FoundMetrics, Mark, Past, ProcessRow } from '../../../protocol/page';

export interface Described {
  readonly error?: string;
  readonly unit?: string | null;
  readonly names?: readonly string[];
  readonly hasOther?: boolean;
  readonly past?: readonly [times: readonly number[], values: readonly (readonly (number | null)[])[]];
}

export class ContractServer {
  past: Past;
  processes: readonly ProcessRow[];
  marks: readonly Mark[];
  problem: string | null;
  version: string;
  found: FoundMetrics;
  cardinality: Cardinality;
  credentials: { readonly user: string; readonly password: string } | undefined;
  describe: (chart: Chart) => Described;
  charts: readonly Chart[];
  readonly searches: string[];
  searching: Promise<void>;
  readonly mostSearches: number;
  isAway: boolean;
  readonly streams: number;
  constructor(options: { readonly folder: string; readonly base?: string });
  listen(): Promise<string>;
  send(event: string, data: unknown): void;
  dropStreams(): void;
  close(): Promise<void>;
}
