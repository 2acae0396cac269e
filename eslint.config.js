/** Type-checked rules, and the architecture as rules: two programs on one core, each with two kinds of threads. */
'use strict';

const js = require('@eslint/js');
const boundaries = require('eslint-plugin-boundaries');
const { defineConfig } = require('eslint/config');
const tseslint = require('typescript-eslint');

const pm2 = {
  regex: '^pm2(-\\d)?(/|$)',
  message: 'It takes 65 ms and 14 MB, and may spawn a daemon or end the process: use core/pm2/daemon.ts instead.',
};
const sdkMetrics = {
  regex: '^@opentelemetry/sdk-metrics(/|$)',
  allowTypeImports: true,
  message: 'Users have three majors of it, and it would run on the main thread: import types only.',
};
const promClients = {
  regex: '^(prom-client(-14)?|@platformatic/prom-client|@prometheus-io/client)(/|$)',
  message:
    "An app's registries are those of its own copy: read them by their structure, see src/prom-client/kinds/shapes.ts.",
};
const values = { regex: '/protocol/', allowTypeImports: true, message: 'The page shares types with its server only.' };
const nodes = { regex: '^node:', message: 'There is no Node.js in a browser.' };
/** Libraries that only one of the two programs may load. */
const libraries = (names, message) => ({ regex: `^(${names})(/|$)`, message });
const exporterLibraries = libraries(
  '@pm2/io|@mashroom/mashroom-monitoring-pm2-exporter',
  "Only a user's process may load it.",
);
const serverLibraries = libraries(
  'pm2-cluster-metrics|@fastify/.*|fastify|pino|commander|valibot|@valibot/.*|negotiator|@opentelemetry/exporter-prometheus',
  "Only the metrics server may load it, never a user's process.",
);

/**
 * The rooms of the repository. A room is the code of one program on one kind of thread. Its files may import each other and
 * the rooms in `may`, and no other file of the repository.
 */
const ROOMS = {
  core: { may: [], libraries: [pm2, promClients, sdkMetrics, exporterLibraries, serverLibraries] },
  protocol: { may: ['core'], libraries: [pm2, promClients, sdkMetrics, exporterLibraries, serverLibraries] },
  src: { may: ['core', 'protocol'], libraries: [pm2, promClients, sdkMetrics, serverLibraries] },
  workers: { may: ['core', 'protocol'], libraries: [pm2, promClients, exporterLibraries, serverLibraries] },
  'server/protocol': { may: ['core'], libraries: [pm2, promClients, sdkMetrics, exporterLibraries, serverLibraries] },
  'server/src': { may: ['core', 'server/protocol'], libraries: [pm2, promClients, sdkMetrics, exporterLibraries] },
  'server/workers': { may: ['core', 'server/protocol'], libraries: [pm2, promClients, exporterLibraries] },
  // In a browser. What it shares with the server is types.
  'server/web': {
    may: ['server/protocol'],
    libraries: [pm2, promClients, sdkMetrics, exporterLibraries, serverLibraries, nodes, values],
  },
};

const ROOM_SETTINGS = {
  'import/resolver': { node: { extensions: ['.ts', '.tsx', '.js', '.json'] } },
  'boundaries/root-path': __dirname,
  'boundaries/dependency-nodes': ['import', 'dynamic-import', 'export', 'require'],
  'boundaries/elements': [
    ...Object.keys(ROOMS).map((room) => ({ type: room, pattern: room, partialMatch: false })),
    { type: 'outside', pattern: ['*', 'server/*'], partialMatch: false },
  ],
};

const ROOM_RULE = {
  default: 'disallow',
  message:
    'Files of {{ from.element.types }} must not import files of {{ to.element.types }}: see ROOMS in eslint.config.js.',
  policies: [
    { allow: { to: { module: { origin: '!local' } } } },
    ...Object.entries(ROOMS).map(([room, { may }]) => ({
      from: { element: { type: room } },
      allow: { to: { element: { types: { anyOf: [room, ...may] } } } },
    })),
  ],
};

/** Forbids packages to a room in every form: `import` and `export … from`, `import()` and `require()`. */
function withoutLibraries(patterns) {
  const dynamic = patterns.flatMap(({ regex, message }) => {
    const literal = `[value=/${regex.replaceAll('/', '\\/')}/]`;
    return [
      { selector: `ImportExpression > Literal.source${literal}`, message },
      { selector: `CallExpression[callee.name="require"] > Literal.arguments${literal}`, message },
    ];
  });
  return {
    '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
    'no-restricted-syntax': ['error', ...dynamic],
  };
}

module.exports = defineConfig(
  { ignores: ['build/', '**/dist/', 'node_modules/', '**/*.d.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Numbers in templates are frequent here, and look the same in any locale.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Exceptions: a parameter that an interface requires, and a key that is left out of a copy.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // Values from other packages may differ from their types.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-type-conversion': 'off',
      // Indices into columns are in range by construction, which types cannot express.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    // Its types are those of the built package. A test compiles it.
    files: ['examples/**/*.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
  },
  { files: ['**/*.{js,cjs}'], languageOptions: { sourceType: 'commonjs' } },
  {
    files: Object.keys(ROOMS).map((room) => `${room}/**/*.{ts,tsx}`),
    plugins: { boundaries },
    settings: ROOM_SETTINGS,
    rules: { 'boundaries/dependencies': ['error', ROOM_RULE] },
  },
  ...Object.entries(ROOMS).map(([room, { libraries }]) => ({
    files: [`${room}/**/*.{ts,tsx}`],
    rules: withoutLibraries(libraries),
  })),
  {
    files: ['test/**/*.ts', 'server/test/**/*.ts'],
    rules: {
      // Tests load packages without types, and call functions that they take from exports.
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    rules: { 'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_$' }] },
    languageOptions: {
      globals: Object.fromEntries(
        [
          ...['__dirname', '__filename', 'require', 'module', 'exports', 'process', 'console', 'Buffer', 'URL'],
          ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'performance', 'fetch'],
          ...['AbortController', 'AbortSignal', 'globalThis', 'structuredClone', 'queueMicrotask', 'URLSearchParams'],
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
);
