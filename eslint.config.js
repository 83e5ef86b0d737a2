import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import prettier from 'eslint-config-prettier';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import globals from 'globals';
import tseslint from 'typescript-eslint';

// The layer table: top to bottom. A folder imports itself and what stands below it. The files beside the
// folders (errors.ts, config.ts, logger.ts …) are open to all and import no folder; cli.ts, serve.ts and server.ts stand
// on top.
const LAYERS = [
  'transports',
  'observability',
  'tools',
  'resources',
  'content',
  'sessions',
  'doctor',
  'sandboxes',
  'contexts',
  'kernels',
  'executions',
  'registries',
  'network',
  'processes',
];
const ROOT_FILES = ['cli\\.ts', 'serve\\.ts', 'server\\.ts'];

/** Folders that a layer may not import although they stand below it. */
const ALSO_FORBIDDEN = {
  // A transport receives `connect` as an argument and knows no product code.
  transports: LAYERS.slice(1),
  // It is told of everything, and knows nothing.
  observability: LAYERS.slice(2, -1),
  // A sandbox knows a language only through its KernelDriver.
  'sandboxes/bubblewrap': ['kernels/(python|javascript|typescript|java|go|bash)\\.ts'],
};

const RESTRICTED = {
  sdk: {
    regex: '^@modelcontextprotocol/',
    message: 'The MCP SDK stays in transports/, server.ts, tools/tool.ts and resources/.',
  },
  sdkValues: {
    regex: '^@modelcontextprotocol/',
    allowTypeImports: true,
    message: 'executions/render.ts takes types only from the MCP SDK.',
  },
  childProcess: {
    regex: '^(node:)?child_process$',
    allowTypeImports: true,
    message: 'Processes are started in sandboxes/bubblewrap/process.ts and processes/ only.',
  },
  observing: {
    regex: '^(prom-client$|@opentelemetry/)',
    message: 'Metrics and traces are made in observability/ only: everything else is handed an Observer.',
  },
  undici: {
    regex: '^undici($|/)',
    message:
      'Remote sandboxes are reached through sandboxes/opensandbox/client.ts only, registries through registries/upstream.ts.',
  },
};

const WITH_SDK = [RESTRICTED.childProcess, RESTRICTED.undici, RESTRICTED.observing];
const NO_SDK = [RESTRICTED.sdk, ...WITH_SDK];

/** The import rules of one set of files: what it may not import from npm and Node, and from our folders. */
function imports(files, packages, forbidden = []) {
  const folders = {
    regex: `^(\\./|(\\.\\./)+)(${forbidden.join('|')})(/|$)`,
    message: 'A folder imports itself and what stands below it: see the layer table in eslint.config.js.',
  };
  const patterns = forbidden.length === 0 ? packages : [...packages, folders];
  return { files, rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] } };
}

/** What `folder` may not import. `sdk` is the library beside `sessions`: none of our folders imports it. */
function above(folder) {
  const layer = folder.split('/')[0];
  const higher = LAYERS.slice(0, LAYERS.indexOf(layer === 'sdk' ? 'sessions' : layer));
  const beside = layer === 'sdk' ? 'sessions' : 'sdk';
  return [...higher, beside, ...ROOT_FILES, ...(ALSO_FORBIDDEN[folder] ?? [])];
}

const layerRules = [
  imports(['src/*.ts'], NO_SDK, [...LAYERS, 'sdk', ...ROOT_FILES]),
  imports(['src/cli.ts'], NO_SDK),
  imports(['src/serve.ts'], NO_SDK, ['sdk', 'cli\\.ts']),
  imports(['src/server.ts'], WITH_SDK, ['transports', 'sdk', 'cli\\.ts', 'serve\\.ts']),
  ...['sdk', ...LAYERS].map((folder) => {
    const packages = ['transports', 'resources'].includes(folder) ? WITH_SDK : NO_SDK;
    return imports([`src/${folder}/**/*.ts`], packages, above(folder));
  }),
  imports(['src/sandboxes/bubblewrap/**/*.ts'], NO_SDK, above('sandboxes/bubblewrap')),
  imports(
    ['src/observability/**/*.ts'],
    [RESTRICTED.sdk, RESTRICTED.childProcess, RESTRICTED.undici],
    above('observability'),
  ),
  imports(['src/tools/tool.ts'], WITH_SDK, above('tools')),
  imports(['src/executions/render.ts'], [RESTRICTED.sdkValues, ...WITH_SDK], above('executions')),
  imports(
    ['src/sandboxes/bubblewrap/process.ts'],
    [RESTRICTED.sdk, RESTRICTED.undici],
    above('sandboxes/bubblewrap'),
  ),
  imports(
    ['src/sandboxes/opensandbox/client.ts'],
    [RESTRICTED.sdk, RESTRICTED.childProcess],
    above('sandboxes'),
  ),
  imports(['src/registries/upstream.ts'], [RESTRICTED.sdk, RESTRICTED.childProcess], above('registries')),
  imports(['src/processes/**/*.ts'], [RESTRICTED.sdk, RESTRICTED.undici], above('processes')),
];

const unused = {
  argsIgnorePattern: '^_',
  varsIgnorePattern: '^_',
  caughtErrorsIgnorePattern: '^_',
  destructuredArrayIgnorePattern: '^_',
};

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'node_modules/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: {
      'import-x/extensions': ['.ts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js'] })],
    },
    rules: {
      'import-x/no-cycle': 'error',
      'max-depth': ['error', 3],
      'max-lines': ['error', 250],
      'max-lines-per-function': ['error', 60],
      'max-params': 'off',
      '@typescript-eslint/max-params': ['error', { max: 4 }],
      // The SDK marks Server so for those whom McpServer serves well (docs/decisions/0007), and the transport of older clients.
      '@typescript-eslint/no-deprecated': [
        'error',
        {
          allow: [
            {
              from: 'package',
              package: '@modelcontextprotocol/sdk',
              name: ['Server', 'SSEServerTransport', 'SSEClientTransport'],
            },
          ],
        },
      ],
      '@typescript-eslint/no-unused-vars': ['error', unused],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-console': 'error', // stdout belongs to the stdio transport; logger.ts writes to stderr
      'import-x/no-default-export': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: ':matches(ExportAllDeclaration, ExportNamedDeclaration[source])',
          message: 'No barrel files: import from the file that defines it.',
        },
      ],
    },
  },
  { files: ['src/{tools,sdk}/index.ts'], rules: { 'no-restricted-syntax': 'off' } },
  layerRules,
  // Examples are scripts, whose conditions may be there for what a reader may do with them.
  { files: ['examples/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: globals.node },
    rules: { 'no-unused-vars': ['error', unused] },
  },
  prettier,
);
