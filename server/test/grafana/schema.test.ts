/** The dashboards have the types of Grafana's own schema, in which a misspelt key or value is an error. */
import { basename, join } from 'node:path';
import test from 'ava';
import ts from 'typescript';
import { DASHBOARDS, readDashboard, type DashboardName } from './dashboards';

/** By what is wrong: what of a dashboard is replaced, by what, and what TypeScript says then. */
const MISTAKES: Readonly<Record<string, readonly [text: string, mistake: string, problem: RegExp]>> = {
  'a misspelt key': ['"refresh":"30s"', '"refesh":"30s"', /"refesh"' does not exist/],
  'a misspelt key of a panel': ['"gridPos":', '"gridpos":', /"gridpos"' does not exist/],
  'a misspelt option of a panel': ['"colorMode":', '"colourMode":', /"colourMode"' does not exist/],
  'a misspelt option of a field': ['"fillOpacity":', '"fillOpacty":', /"fillOpacty"' does not exist/],
  'a misspelt key of a query': ['"legendFormat":', '"legendFromat":', /"legendFromat"' does not exist/],
  'a wrong type': ['"decimals":0', '"decimals":"0"', /'string' is not assignable to type 'number/],
  'a wrong value': ['"drawStyle":"line"', '"drawStyle":"lines"', /'"lines"' is not assignable/],
  'a missing key': ['"refId":"A"', '"hide":false', /'refId' is missing/],
};

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.Node20,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
};

/** Without what an import asks for, which the schema does not have. */
function textOf(name: DashboardName): string {
  const { __inputs, __elements, __requires, ...dashboard } = readDashboard(name) as object as Record<string, unknown>;
  return JSON.stringify(dashboard);
}

/** Checks each text as a literal, since TypeScript looks for keys that a type does not have in literals only. */
function problemsOf(texts: Readonly<Record<string, string>>): (name: string) => string[] {
  const head = `import type { Dashboard } from './schema-types';\nexport const dashboard: Dashboard = `;
  const files = new Map(Object.entries(texts).map(([name, text]) => [join(__dirname, `${name}.ts`), head + text]));
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  const program = ts.createProgram([...files.keys()], OPTIONS, host);
  const all = ts.getPreEmitDiagnostics(program);
  return (name) =>
    all
      .filter(({ file }) => basename(file?.fileName ?? '') === `${name}.ts`)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

let problems: (name: string) => string[];

test.before(() => {
  const good = DASHBOARDS.map((name) => [name, textOf(name)]);
  const bad = Object.entries(MISTAKES).map(([what, [text, mistake]]) => [
    what,
    textOf('pm2-cluster').replace(text, mistake),
  ]);
  problems = problemsOf(Object.fromEntries([...good, ...bad]) as Record<string, string>);
});

test('the schema is found', (t) => {
  t.deepEqual(problems('schema-types'), []);
});

for (const name of DASHBOARDS) {
  test(`${name} has the keys and the types of the schema`, (t) => {
    t.deepEqual(problems(name), []);
  });
}

for (const [what, [, , problem]] of Object.entries(MISTAKES)) {
  test(`${what} is found`, (t) => {
    t.is(problems(what).length, 1);
    t.regex(String(problems(what)[0]), problem);
  });
}
