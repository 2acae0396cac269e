/** What tests of a Mashroom server under PM2 assert. */
import type { ExecutionContext } from 'ava';
import type { Instance } from '../support/pm2';

/** @returns the HTTP status codes of the server's health checks */
export async function statuses(host: Instance): Promise<number[]> {
  const paths = ['/mashroom/health/ready', '/mashroom/health/healthy'];
  return Promise.all(paths.map((path) => host.ask<number>('fetchStatus', { path })));
}

export function assertHealthy(t: ExecutionContext, codes: readonly number[]): void {
  t.deepEqual(codes, [200, 200]);
}

/** Names the first line that differs from the likeliest original, since whole texts are too long to read. */
export function assertOneOf(t: ExecutionContext, text: string, originals: readonly string[]): void {
  if (originals.includes(text)) {
    t.pass();
    return;
  }
  const closest = (originals.at(-1) ?? '').split('\n');
  const lines = text.split('\n');
  const at = lines.findIndex((line, index) => line !== closest[index]);
  t.fail(`differs from all ${originals.length} in line ${at}:\n${lines[at]}\n${closest[at]}`);
}
