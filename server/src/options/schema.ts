/** The JSON schema of the configuration file. The build writes it to `schemas/`, where editors find it. */
import { toJsonSchema } from '@valibot/to-json-schema';
import { NAMES, TABLE } from './table';

const ID = 'https://unpkg.com/pm2-cluster-metrics/schemas/pm2-cluster-metrics.schema.json';

/** Secrets are left out: a configuration file must not contain them. */
export function configSchema(): object {
  const names = NAMES.filter((name) => !TABLE[name].kind.secret);
  const options = names.map((name): [string, object] => [name, propertyOf(name)]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: ID,
    title: 'pm2-cluster-metrics',
    description: 'The configuration file of the metrics server: what --config names.',
    type: 'object',
    additionalProperties: false,
    properties: { $schema: { type: 'string' }, ...Object.fromEntries(options) },
  };
}

function propertyOf(name: (typeof NAMES)[number]): object {
  const { kind, description, fallbackText } = TABLE[name];
  const { $schema: _, ...json } = toJsonSchema(kind.json(''), { errorMode: 'ignore', typeMode: 'input' });
  return { description: `${description} Default: ${fallbackText.replaceAll('`', '')}.`, ...json };
}
