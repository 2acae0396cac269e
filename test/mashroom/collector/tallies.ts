/** Tallies on each of OpenTelemetry's SDKs, and the cumulative reader with which they are compared. */
import type { Meter } from '@opentelemetry/api';
import type { ResourceMetrics } from '../../../core/otel';
import { newEncoder } from '../../../src/exporter';
import { CollectorReader } from '../../../src/mashroom/collector/collector-reader';
import { Instruments } from '../../../src/mashroom/collector/instruments';
import { CollectorService } from '../../../src/mashroom/collector/service';
import { readCollectorConfig } from '../../../src/mashroom/collector/config';
import { Tally } from '../../../src/mashroom/collector/tally';
import { ReaderSource } from '../../../src/opentelemetry/reader-source';
import { foreignReader, loadSdk, newLog, viewOf, type ViewOptions } from '../../opentelemetry/sdk';

/** Those that Mashroom 2.9 and 3 run, and the one after them. */
export const SDKS = ['sdk-metrics-1', '@opentelemetry/sdk-metrics', 'sdk-metrics-3'] as const;

const METER = 'mashroom-monitoring-collector-service';

interface Options {
  readonly views?: readonly ViewOptions[];
  readonly config?: object;
  readonly maxSeries?: number;
  readonly sliceMs?: number;
}

export interface Collecting {
  readonly tally: Tally;
  readonly service: CollectorService;
  /** As after a reload of the plugin. */
  nextService(): CollectorService;
  readonly lines: readonly string[];
}

export function startTally(name: string, options: Options = {}): Collecting {
  const { views = [], config = {}, maxSeries = 1_000_000, sliceMs = 1 } = options;
  const sdk = loadSdk(name);
  const { lines, logger } = newLog();
  const source = new ReaderSource({ logger, sliced: true, callbacksMs: 50 });
  const read = readCollectorConfig(config);
  const provider = new sdk.MeterProvider({
    readers: [new CollectorReader(source, read.config.cardinalityLimit)],
    views: views.map((view) => viewOf(sdk, view)),
  });
  const instruments = new Instruments(provider.getMeter(METER), logger);
  const encoder = newEncoder({ maxSeries, forgetAfterMs: 0 });
  const tally = new Tally({ provider, source, encoder, instruments, logger, sliceMs });
  const nextService = (): CollectorService => new CollectorService(tally, read.config, logger);
  return { tally, service: nextService(), nextService, lines };
}

/** What a process with Mashroom's own collector has: the same MeterProvider with a cumulative reader. */
export function startCumulative(name: string, { views = [] }: Options = {}) {
  const sdk = loadSdk(name);
  const reader = foreignReader(sdk, 1_000_000);
  const provider = new sdk.MeterProvider({ readers: [reader], views: views.map((view) => viewOf(sdk, view)) });
  const meter: Meter = provider.getMeter(METER);
  const collect = async (): Promise<ResourceMetrics> => (await reader.collect()).resourceMetrics;
  return { meter, collect };
}
