/** The reader's type, with each version of the SDK that a user may have. */
import { join, resolve } from 'node:path';
import test from 'ava';
import ts from 'typescript';
import { SDKS } from '../core/encoder/sdk-metrics';

const root = resolve(__dirname, '../..');
const PROGRAM = join(__dirname, 'programs/typed.cts');

for (const sdk of SDKS) {
  test(`the reader is one for a MeterProvider of ${sdk}`, (t) => {
    const program = ts.createProgram([PROGRAM], {
      target: ts.ScriptTarget.ES2023,
      lib: ['lib.es2023.d.ts'],
      module: ts.ModuleKind.Node20,
      moduleResolution: ts.ModuleResolutionKind.Node16,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      noEmit: true,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      paths: {
        '@opentelemetry/sdk-metrics': [join(root, 'node_modules', sdk)],
        '@mashroom/mashroom-monitoring-pm2-exporter/opentelemetry': [join(root, 'src/opentelemetry/index.ts')],
      },
    });
    const problems = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
      return `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
    t.deepEqual(problems, []);
  });
}
