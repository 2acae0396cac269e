/** What series show as probes, be it one series alone or thousands of them together. */
import type { Layout } from '../../core/snapshot';
import type { Columns } from './columns';

export interface Reading {
  /** Takes in the series whose numbers begin at `offset`. Called for every series of a large metric: allocates nothing. */
  add(columns: Columns, layout: Layout, offset: number): void;
  parts(): readonly Part[];
}

/** Of what was divided or interpolated, more digits say nothing, and `pm2 monit` shows all that there are. */
const DIGITS = 6;

export function estimate(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

export interface Part {
  /** Tells the probes of one reading apart; empty where there is one only. */
  readonly label: string;
  readonly value: number;
  /** Whether the value is in the metric's unit. */
  readonly inUnit: boolean;
}
