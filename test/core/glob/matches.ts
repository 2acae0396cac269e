import { compileGlob } from '../../../core/glob/glob';

/** A pattern without wildcards matches its own text. */
export function matches(pattern: string, name: string): boolean {
  return compileGlob(pattern)?.(name) ?? pattern === name;
}
