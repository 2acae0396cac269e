/**
 * Makes the label `route` of a path. What has no bound in a path (ids, files of plugins, whatever a scanner asks for) would
 * otherwise be a series each.
 */
import UrlValueParser from 'url-value-parser';
import { compileGlob } from '../../../core/glob/glob';
import type { RoutesConfig } from './config';

export interface Route {
  readonly route: string;
  /** Why the route is not the path itself. Not set where only ids were replaced. */
  readonly folded?: 'pattern' | 'max' | 'length';
}

/** In the place of an id, as in Mashroom's own collector. */
const ID = '#val';
const OTHER = 'other';
/** Clients choose the path, and Node.js takes up to 16 KB of it. */
const MAX_PATH_CHARS = 1000;

/**
 * Paths of Mashroom's portal behind which there are resources of plugins: what stays of a path behind the name, in parts. As
 * in Mashroom's own collector.
 */
const PORTAL_PATHS: readonly (readonly [string, number])[] = [
  ['___/api/', 1],
  ['___/proxy/', 2],
  ['___/theme/', 1],
  ['___/apps/', 1],
  ['___/page-enhancements/', 1],
];

export class Routes {
  private readonly parser: UrlValueParser;
  private readonly patterns: readonly { readonly pattern: string; readonly matches: (path: string) => boolean }[];
  private readonly max: number;
  private readonly known = new Set<string>();

  constructor({ ids, patterns, max }: RoutesConfig) {
    this.parser = new UrlValueParser(
      ids === undefined ? {} : { replaceMasks: ids.map((source) => new RegExp(source)) },
    );
    this.patterns = patterns.map((pattern) => {
      return { pattern, matches: compileGlob(pattern) ?? ((path: string) => path === pattern) };
    });
    this.max = max === 0 ? Infinity : max;
  }

  /** @param url of a request, with or without a query */
  of(url: string): Route {
    const path = url.split('?', 1)[0] as string;
    for (const { pattern, matches } of this.patterns) if (matches(path)) return { route: pattern, folded: 'pattern' };
    const own = withoutResources(path);
    if (own.length > MAX_PATH_CHARS) return { route: OTHER, folded: 'length' };
    const route = this.parser.replacePathValues(own, ID);
    if (this.max === Infinity || this.known.has(route)) return { route };
    if (this.known.size >= this.max) return { route: OTHER, folded: 'max' };
    this.known.add(route);
    return { route };
  }
}

function withoutResources(path: string): string {
  let own = path;
  // One of them may stand behind another one: each of them cuts what the ones before it have left.
  for (const [name, parts] of PORTAL_PATHS) {
    const [before, behind] = own.split(name, 2);
    if (behind !== undefined) own = `${before}${name}${behind.split('/', parts).join('/')}`;
  }
  return own;
}
