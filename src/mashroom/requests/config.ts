/** The configuration of the request middleware: what becomes the label `route` of a request. */
import { field, itemsOf, object, strings, wholeNumber, type ConfigProblem, type Field } from '../../config/fields';

export interface RequestsConfig {
  /** The place of the middleware in the server's stack: Mashroom reads it. */
  readonly order: number;
  readonly routes: RoutesConfig;
}

export interface RoutesConfig {
  /** Regular expressions of parts of a path that are ids. `undefined` for those of Mashroom's own collector. */
  readonly ids?: readonly string[] | undefined;
  /** Globs. The route of a path is the first glob that it matches. */
  readonly patterns: readonly string[];
  /** The most different routes. Further ones are `other`. 0 for no bound. */
  readonly max: number;
}

const LIMITS = { items: 1000, length: 1000 };

const ids: Field<readonly string[] | undefined> = field<readonly string[] | undefined>(
  `a list of up to ${LIMITS.items} regular expressions`,
  () => undefined,
  (value, path, report) => {
    const items = itemsOf(value, LIMITS.items);
    if (items === undefined) return undefined;
    const valid = strings('regular expression', [], LIMITS)
      .read(items, path, report)
      .filter((source, index) => {
        const isValid = isRegExp(source);
        if (!isValid)
          report({ kind: 'value', path: `${path}[${index}]`, value: source, expected: 'a regular expression' });
        return isValid;
      });
    // Without any rule each id would be a route.
    return valid.length === 0 && items.length > 0 ? undefined : valid;
  },
);

const order: Field<number> = field(
  'a number',
  () => -10,
  (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
);

const FIELDS = object<RequestsConfig>({
  order,
  routes: object<RoutesConfig>({
    ids,
    patterns: strings('glob', [], LIMITS),
    max: wholeNumber(100_000, 0, 10_000_000),
  }),
});

/** @param input the plugin's configuration, of any type */
export function readRequestsConfig(input: unknown): {
  readonly config: RequestsConfig;
  readonly problems: readonly ConfigProblem[];
} {
  const problems: ConfigProblem[] = [];
  const config = FIELDS.read(input ?? {}, '', (problem) => {
    if (problem.path !== '$schema') problems.push(problem);
  });
  return { config, problems };
}

function isRegExp(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}
