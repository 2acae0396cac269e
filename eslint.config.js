/** Type-checked rules, and the boundary between the threads as rules. */
'use strict';

const js = require('@eslint/js');
const { defineConfig } = require('eslint/config');
const tseslint = require('typescript-eslint');

const pm2 = {
  regex: '^pm2(-\\d)?(/|$)',
  message: "It takes 65 ms and 14 MB, may spawn a daemon or exit the process: speak to the daemon's socket instead.",
};
const sdkMetrics = {
  regex: '^@opentelemetry/sdk-metrics(/|$)',
  allowTypeImports: true,
  message: 'Three majors are in use and this runs on the main thread: import types only.',
};
/** Folders of the repository, from whatever depth, by relative paths as imports have them. */
const folder = (name, message) => ({ regex: `^(\\.\\./)+${name}(/|$)`, message });
const workers = folder('workers', 'Only protocol/ is shared between the threads: send a task.');
const src = folder('src', 'Only protocol/ is shared between the threads: answer with a result.');
const server = {
  regex: '^\\.\\.?/(\\.\\./)*server(/|$)',
  message: "The metrics server is a process of its own: nothing of it is loaded in a user's process.",
};
const serverLibraries = {
  regex: '^(@fastify/.*|fastify|pino|commander)(/|$)',
  message: "Only the metrics server may load it, never a user's process.",
};
const test = folder('(test|examples|scripts)', 'Is not part of the package.');

/** The same modules by any way to load one: `import` in all its forms, dynamic `import()` and `require()`. */
function boundary(files, patterns) {
  const dynamic = patterns.flatMap(({ regex, message }) => {
    const literal = `[value=/${regex.replaceAll('/', '\\/')}/]`;
    return [
      { selector: `ImportExpression > Literal.source${literal}`, message },
      { selector: `CallExpression[callee.name="require"] > Literal.arguments${literal}`, message },
    ];
  });
  return {
    files,
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
      'no-restricted-syntax': ['error', ...dynamic],
    },
  };
}

module.exports = defineConfig(
  { ignores: ['dist/', 'node_modules/', '**/*.d.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Numbers are what this package is about, and they look the same in any locale.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A parameter that an interface asks for, or a key left out of a copy.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // What other packages hand over need not be what their types say.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-type-conversion': 'off',
      // Columns are read by indices that are in range by their making, which no type can say.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  { files: ['**/*.{js,cjs}'], languageOptions: { sourceType: 'commonjs' } },
  boundary(['src/**'], [workers, test, pm2, sdkMetrics, server, serverLibraries]),
  boundary(['src/server/**'], [workers, test, pm2, sdkMetrics]),
  boundary(['workers/**'], [src, test, pm2, serverLibraries]),
  boundary(['protocol/**'], [src, workers, test, { regex: '^[^.]', message: 'Types and layouts need no package.' }]),
  {
    files: ['test/**/*.ts'],
    rules: {
      // Tests take apart what other packages export, some of it without types.
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
