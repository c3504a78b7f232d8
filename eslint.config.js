import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import { join } from 'node:path';
import tseslint from 'typescript-eslint';
import { importDirections } from './tools/eslint/import-directions.js';

const contract = 'stores/session-store.js';
const engine = ['interfaces/', 'errors/', 'logging/', 'session/'];
const constants = ['sessions.constants.js', 'nest.constants.js'];
const exchange = [...engine, 'http/', contract, ...constants, '@nestjs/', 'node:', 'rxjs'];
/** The transports, and who knows which of them a handler runs in. */
const transports = [...exchange, 'options/', 'graphql/', 'sockets/', 'transports/'];

const rootFiles = ['module', 'module-definition', 'providers', 'service', 'cleanup'].map(
  (name) => `sessions.${name}.js`,
);

/** The direction of imports: what the files of a folder of `lib` may import. */
const directions = [
  { files: 'interfaces/', may: ['interfaces/'], rule: 'interfaces import only interfaces' },
  { files: 'errors/', may: ['interfaces/', 'errors/'], rule: 'errors import only interfaces and errors' },
  { files: 'logging/', may: ['interfaces/'], rule: 'the engine and the stores log through it, so it knows neither' },
  {
    files: 'session/',
    may: [...engine, contract, 'node:'],
    rule: 'the engine knows no framework, no request and no concrete store',
  },
  { files: contract.replace('.js', '.ts'), may: ['interfaces/', 'errors/'], rule: 'the contract knows no store' },
  store('shared', 'logging/'),
  store('memory'),
  store('file'),
  store('postgres', 'typeorm', 'pg'),
  store('memcached', 'memcached'),
  store('redis'),
  store('cache-manager', 'cache-manager', 'keyv'),
  { files: 'options/validate.ts', may: ['errors/'], rule: 'stores use the checks too, so they know nothing' },
  {
    files: 'options/',
    may: [
      ...engine,
      'options/',
      'http/compatibility.js',
      contract,
      'stores/memory/',
      'nest.constants.js',
      '@nestjs/',
      'cron',
      'node:',
    ],
    rule: 'options know the engine and the default store',
  },
  { files: 'express/', may: ['decorators/'], rule: 'types alone' },
  {
    files: 'express-session/',
    may: [...engine, 'express-session/', 'http/', 'options/validate.js', 'node:'],
    rule: 'the bridge knows the exchange and the engine',
  },
  { files: 'http/', may: exchange, rule: 'an exchange knows the engine, and nothing that mounts it' },
  {
    files: 'graphql/',
    may: [...exchange, 'options/validate.js', 'sockets/', 'graphql/'],
    rule: 'the fields of GraphQL share the exchange of their request; over a socket they are messages',
  },
  {
    files: 'sockets/',
    may: [...engine, ...constants, 'sockets/', 'options/validate.js', '@nestjs/', 'rxjs'],
    rule: 'a message has no HTTP exchange: it opens its session by the engine',
  },
  { files: 'transports/', may: transports, rule: 'it knows each transport, and nothing that mounts it' },
  { files: 'decorators/', may: [...transports, 'guards/', 'decorators/'], rule: 'decorators know the transports' },
  { files: 'filters/', may: [...exchange, 'options/', 'filters/'], rule: 'filters know the exchange' },
  { files: 'guards/', may: [...transports, 'guards/'], rule: 'guards know the transports' },
  {
    files: 'interceptors/',
    may: [...transports, 'guards/', 'interceptors/'],
    rule: 'interceptors know the transports',
  },
  {
    files: 'testing/',
    may: [...engine, 'options/', 'testing/', contract, '@nestjs/common', 'node:'],
    rule: 'what tests use knows the engine and the contract',
  },
  {
    files: '',
    may: [
      ...transports,
      'decorators/',
      'filters/',
      'guards/',
      'interceptors/',
      'stores/memory/',
      'stores/file/',
      ...rootFiles,
      'cron',
    ],
    rule: 'the root wires the rest, and reaches no optional peer',
  },
];

function store(name, ...ownClients) {
  return {
    files: `stores/${name}/`,
    may: [
      `stores/${name}/`,
      'stores/shared/',
      contract,
      'interfaces/',
      'errors/',
      'options/validate.js',
      'node:',
      ...ownClients,
    ],
    rule: 'a store knows the contract, what stores share, its own files and its own client',
  };
}

export default defineConfig(
  globalIgnores(['dist/', 'build/', 'coverage/', 'var/', 'tools/consumer/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: { URL: 'readonly', console: 'readonly', fetch: 'readonly', process: 'readonly' } },
  },
  {
    files: ['sample/*/page/*.js'],
    languageOptions: {
      globals: {
        document: 'readonly',
        fetch: 'readonly',
        getSelection: 'readonly',
        location: 'readonly',
        navigator: 'readonly',
        setTimeout: 'readonly',
        WebSocket: 'readonly',
      },
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // `consistent-type-imports` stays off: Nest needs the constructor parameters that it injects as values.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A class and an interface of one name, for a token whose instances have the members of another type.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Nest's options are classes, and an application gives them as literals.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // A method that returns a promise rejects and never throws, also when it has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['lib/**/*.ts'],
    rules: {
      curly: 'error',
      'max-lines': ['error', { max: 250 }],
      'no-console': 'error',
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^(\\.{1,2}/index\\.js|nestjs-sessions)$', message: 'nothing imports index.ts' },
            { regex: '/testing/', message: 'what is for tests stays out of what is not' },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'lib has no default exports' },
        { selector: 'ExportAllDeclaration', message: 'name what is exported' },
        { selector: 'ImportExpression, TSImportType', message: 'an import stands at the top of its file' },
        { selector: ':matches(PropertyDefinition, MethodDefinition)[accessibility="private"]', message: 'use #' },
      ],
    },
  },
  {
    files: ['lib/**/*.ts'],
    plugins: { house: { rules: { 'import-directions': importDirections } } },
    rules: {
      'house/import-directions': ['error', { root: join(import.meta.dirname, 'lib'), table: directions }],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // Sessions without declared keys, replies and the matchers of expect are of type any.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
    },
  },
);
