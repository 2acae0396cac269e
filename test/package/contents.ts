/** What is in a folder of installed packages. */
import { existsSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface PackageEntry {
  readonly name: string;
  /** The range of Node.js versions that it asks for. */
  readonly node: string;
}

/** Counts every package, nested and optional ones too, and the bytes of all files. */
export async function sizeOf(folder: string): Promise<{ readonly packages: readonly PackageEntry[]; bytes: number }> {
  const packages: PackageEntry[] = [];
  let bytes = 0;
  const entries = await readdir(join(folder, 'node_modules'), { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = join(entry.parentPath, entry.name);
    bytes += (await stat(file)).size;
    if (!/[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+[\\/]package\.json$/.test(file)) continue;
    const { name, engines } = JSON.parse(await readFile(file, 'utf8')) as { name: string; engines?: { node?: string } };
    packages.push({ name, node: engines?.node ?? '*' });
  }
  return { packages, bytes };
}

/** @returns relative links of a document of the package whose files it lacks */
export async function missingLinks(folder: string, document = 'README.md'): Promise<string[]> {
  const text = await readFile(join(folder, document), 'utf8');
  const links = Array.from(text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g), ([, link = '']) => link);
  return links.filter((link) => !existsSync(join(dirname(join(folder, document)), link)));
}
