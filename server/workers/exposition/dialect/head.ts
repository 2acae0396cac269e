/** The head that the official serializer writes for a family, taken apart. */
import type { Scope } from '../../../../core/otel';
import type { Family } from '../../../../core/snapshot';
import { asHistogram, familyHead, targetInfo } from '../../text/official/official';

export interface OfficialHead {
  /** The serializer's name for the family: with `_total` if it is a counter. */
  readonly name: string;
  /** Escaped as in the text format: backslash and line feed. */
  readonly help: string;
  readonly unit: string;
  /** `info` is that of `target_info`. The text format has no such type. */
  readonly type: FamilyType;
  /** HELP, UNIT and TYPE in the text format, ended by a line feed. */
  readonly text: string;
}

export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'info';

const HEAD =
  /^# HELP (?<name>\S*) (?<help>[^\n]*)\n(?:# UNIT \S* (?<unit>[^\n]*)\n)?# TYPE \S* (?<type>counter|gauge|histogram|summary)\n$/;
const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** @returns `undefined` if the family cannot be shown: even the name that the serializer makes is invalid in Prometheus */
export function officialHead(scope: Scope, family: Family): OfficialHead | undefined {
  const text = familyHead(scope, asHistogram(family));
  const { name = '', help = '', unit = '', type } = HEAD.exec(text)?.groups ?? {};
  return NAME.test(name) ? { name, help, unit, type: type as FamilyType, text } : undefined;
}

export function targetHead(): OfficialHead {
  const text = targetInfo({}).replace(/[^\n]*\n$/, '');
  const { name = 'target_info', help = '' } = HEAD.exec(text)?.groups ?? {};
  return { name, help, unit: '', type: 'info', text };
}
