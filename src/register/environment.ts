/** The environment of an app while preloads run. */
import { isRecord } from '../../core/values';

/**
 * In cluster mode PM2 passes the app's environment as JSON, in one variable, and unpacks it after preloads have run.
 *
 * @returns a copy, as the app will have it. Values that PM2 got as objects are JSON texts
 */
export function unpackedEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { pm2_env: packed, ...plain } = env;
  if (packed === undefined) return plain;
  let values: unknown;
  try {
    values = JSON.parse(packed);
  } catch {
    return plain;
  }
  if (!isRecord(values)) return plain;
  for (const [name, value] of Object.entries(values)) {
    plain[name] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return plain;
}
