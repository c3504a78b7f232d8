import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const sibling = '\\./[^/]+$';
const interfaces = '\\.\\./interfaces/';
const errors = '\\.\\./errors/';
const contract = '\\.\\./stores/session-store\\.js$';
const node = 'node:';
const clients = ['typeorm', 'pg', 'memcached', 'cache-manager', 'keyv'];

/**
 * The direction of imports: what the files of a folder may import, as the specifiers begin. Folders are one level deep,
 * so that a specifier says where it leads.
 */
const directions = [
  mayImport('lib/interfaces/*.ts', [sibling], 'interfaces import only interfaces'),
  mayImport('lib/errors/*.ts', [sibling, interfaces], 'errors import only interfaces and errors'),
  mayImport(
    'lib/session/*.ts',
    [sibling, interfaces, errors, contract, node],
    'the engine imports only interfaces, errors, itself and the store contract: no framework, no concrete store',
  ),
  mayImport(
    'lib/stores/session-store.ts',
    [interfaces, errors],
    'the store contract imports only interfaces and errors',
  ),
  store('memory'),
  store('file'),
  store('postgres', 'typeorm', 'pg'),
  store('memcached', 'memcached'),
  store('cache-manager', 'cache-manager', 'keyv'),
];

function mayImport(files, allowed, message) {
  return {
    files: [files],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ regex: `^(?!${allowed.join('|')})`, message }] }] },
  };
}

function store(name, ...ownClients) {
  return mayImport(
    `lib/stores/${name}*.ts`,
    [
      `\\./${name}[^/]*$`,
      '\\./session-store\\.js$',
      interfaces,
      errors,
      node,
      ...ownClients.map((client) => `${client}(/|$)`),
    ],
    'a store imports only interfaces, errors, the store contract, its own files and its own client',
  );
}

export default defineConfig(
  globalIgnores(['dist/', 'build/', 'coverage/', 'var/', 'tools/consumer/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: { URL: 'readonly', console: 'readonly', process: 'readonly' } },
  },
  {
    files: ['sample/*/page/*.js'],
    languageOptions: { globals: { document: 'readonly', fetch: 'readonly', location: 'readonly' } },
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
      'max-lines': ['error', { max: 250 }],
      'no-console': 'error',
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^(\\.{1,2}/index\\.js|nestjs-sessions)$', message: 'nothing imports index.ts' },
            { regex: '/testing/', message: 'what is for tests stays out of what is not' },
            { regex: `^(${clients.join('|')})(/|$)`, message: 'only its store imports the client of a backend' },
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
  ...directions,
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
