import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError, loadConfig, type Settings } from '../../src/config.ts';
import { renderHelp } from '../../src/help.ts';
import { SETTINGS } from '../../src/settings.ts';

const DEFAULTS: Settings = {
  driver: 'bubblewrap',
  network: 'packages',
  allowHosts: [],
  allowPrivate: [],
  hostAddresses: [],
  networkConnections: 256,
  networkMiB: 16_384,
  domain: 'localhost:8080',
  protocol: 'http',
  apiKeyFile: undefined,
  apiKey: undefined,
  image: 'opensandbox/code-interpreter:v1.1.0',
  entrypoint: ['/opt/code-interpreter/code-interpreter.sh'],
  useServerProxy: 'on',
  expirySeconds: 600,
  callTimeoutMs: 30_000,
  deploymentConnections: 256,
  memoryMiB: 1024,
  processes: 256,
  cpuPercent: 100,
  workspaceMiB: 512,
  workspaceFiles: 100_000,
  homeMiB: 1024,
  tmpMiB: 256,
  shmMiB: 64,
  downloadCacheMiB: 2048,
  defaultTimeoutMs: 45_000,
  maxTimeoutMs: 3_600_000,
  maxOutputBytes: 65_536,
  maxResultBytes: 16_384,
  keepOutputMiB: 16,
  keepOutputTailMiB: 2,
  maxContextsPerSandbox: 32,
  maxSandboxesPerSession: 4,
  maxSessions: 256,
  maxSandboxes: 256,
  maxSandboxesPerPrincipal: 128,
  queueTimeoutMs: 30_000,
  idleMinutes: 30,
  preload: [],
  goStrategy: 'auto',
  http: false,
  host: '127.0.0.1',
  port: 3917,
  authTokens: [],
  oauthScopes: [],
  allowedHosts: [],
  allowedOrigins: [],
  requestTimeoutMs: 30_000,
  maxRequestsPerMinute: 6000,
  maxConnections: 4096,
  maxSessionsPerPrincipal: 64,
  maxOpenRequests: 1024,
  metrics: 'off',
  logLevel: 'info',
};

const folder = mkdtempSync(join(tmpdir(), 'sandcell-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function configFile(content: unknown): string {
  const path = join(folder, `${String(++files)}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function settingsOf(argv: string[], env: NodeJS.ProcessEnv = {}): Settings {
  const config = loadConfig(argv, env);
  if (!('settings' in config)) throw new Error(`${config.command} has no settings`);
  return config.settings;
}

function refusal(argv: string[], env: NodeJS.ProcessEnv = {}): string {
  try {
    loadConfig(argv, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('commands', () => {
  test('serves over stdio with the defaults where nothing is given', () => {
    expect(loadConfig([], {})).toEqual({ command: 'serve', settings: DEFAULTS });
  });

  test.each([
    { argv: ['doctor'], json: false },
    { argv: ['doctor', '--json'], json: true },
    { argv: ['--json', 'doctor'], json: true },
  ])('reads $argv', ({ argv, json }) => {
    expect(loadConfig(argv, {})).toEqual({ command: 'doctor', json, settings: DEFAULTS });
  });

  test.each([
    { argv: ['cache'], isCleared: false },
    { argv: ['cache', 'clear'], isCleared: true },
  ])('reads $argv', ({ argv, isCleared }) => {
    expect(loadConfig(argv, {})).toEqual({ command: 'cache', isCleared, settings: DEFAULTS });
  });

  test('gives doctor the settings that the server would have', () => {
    expect(loadConfig(['doctor', '--memory-mib', '128'], {})).toMatchObject({ settings: { memoryMiB: 128 } });
  });

  test.each([
    { argv: ['--help'], command: 'help' },
    { argv: ['-h'], command: 'help' },
    { argv: ['doctor', '--help'], command: 'help' },
    { argv: ['--help', 'doctor'], command: 'help' },
    { argv: ['--version'], command: 'version' },
    { argv: ['-v'], command: 'version' },
    { argv: ['--version', '--help'], command: 'help' },
  ])('reads $argv as $command, whatever the environment holds', ({ argv, command }) => {
    expect(loadConfig(argv, { SANDCELL_MEMORY_MIB: 'wrong' })).toEqual({ command });
  });

  test.each([
    {
      argv: ['docter'],
      message: 'docter is not a known command: nearest is doctor; sandcell --help lists all',
    },
    {
      argv: ['cache', 'clean'],
      message: 'clean is not a known part of cache: nearest is clear; sandcell --help lists all',
    },
    { argv: ['--json'], message: '--json is given: it is allowed with doctor only' },
    { argv: ['doctor', '--json=yes'], message: '--json is "yes": it takes no value' },
  ])('refuses $argv', ({ argv, message }) => {
    expect(refusal(argv)).toBe(message);
  });
});

describe('sources', () => {
  test('reads a number, a text and a list from flags, with a space or an equals sign', () => {
    const argv = ['--max-sandboxes-per-session', '7', '--log-level=debug', '--preload=numpy,os.path'];

    expect(settingsOf(argv)).toEqual({
      ...DEFAULTS,
      maxSandboxesPerSession: 7,
      logLevel: 'debug',
      preload: ['numpy', 'os.path'],
    });
  });

  test('reads the same from variables', () => {
    const env = {
      SANDCELL_MAX_SANDBOXES_PER_SESSION: '7',
      SANDCELL_LOG_LEVEL: 'debug',
      SANDCELL_PRELOAD: 'numpy,os.path',
    };

    expect(settingsOf([], env)).toEqual({
      ...DEFAULTS,
      maxSandboxesPerSession: 7,
      logLevel: 'debug',
      preload: ['numpy', 'os.path'],
    });
  });

  test('reads the same from a config file', () => {
    const file = configFile({
      max_sandboxes_per_session: 7,
      log_level: 'debug',
      preload: ['numpy', 'os.path'],
    });

    expect(settingsOf(['--config', file])).toEqual({
      ...DEFAULTS,
      maxSandboxesPerSession: 7,
      logLevel: 'debug',
      preload: ['numpy', 'os.path'],
    });
  });

  test('finds the config file by its variable, and prefers the one of the flag', () => {
    const ofVariable = configFile({ processes: 100 });
    const ofFlag = configFile({ processes: 200 });

    expect(settingsOf([], { SANDCELL_CONFIG: ofVariable }).processes).toBe(100);
    expect(settingsOf(['--config', ofFlag], { SANDCELL_CONFIG: ofVariable }).processes).toBe(200);
  });

  test('prefers a flag to a variable to the file to the default', () => {
    const file = configFile({ processes: 101, tmp_mib: 101, shm_mib: 101 });
    const env = { SANDCELL_PROCESSES: '102', SANDCELL_TMP_MIB: '102', SANDCELL_CONFIG: file };

    expect(settingsOf(['--processes', '103'], env)).toEqual({
      ...DEFAULTS,
      processes: 103,
      tmpMiB: 102,
      shmMiB: 101,
      downloadCacheMiB: 2048,
    });
  });

  test('takes the last of a flag that is given twice', () => {
    expect(settingsOf(['--processes', '100', '--processes', '200']).processes).toBe(200);
  });

  test('takes an empty variable as one that is not set', () => {
    const env = { SANDCELL_MEMORY_MIB: '', SANDCELL_CONFIG: '', SANDCELL_PRELOAD: '' };

    expect(settingsOf([], env)).toEqual(DEFAULTS);
  });

  test('leaves variables of other programs alone', () => {
    expect(settingsOf([], { PATH: '/usr/bin', PYTHON_VERSION: '3.9', SANDCELLX: '1' })).toEqual(DEFAULTS);
  });

  test('keeps a version as text, and has none where none is given', () => {
    expect(settingsOf(['--python-version', '3.10', '--node-version', '20']).pythonVersion).toBe('3.10');
    expect(settingsOf([])).not.toHaveProperty('pythonVersion');
  });

  test('accepts a part of a minute', () => {
    expect(settingsOf(['--idle-minutes', '0.05']).idleMinutes).toBe(0.05);
  });

  test.each(SETTINGS.filter((setting) => setting.default !== undefined))(
    'accepts the default of $name in all three sources',
    ({ name, flag, variable, default: value }) => {
      const text = String(value);

      expect(settingsOf(text === '' || flag === undefined ? [] : [`${flag}=${text}`])).toEqual(DEFAULTS);
      expect(settingsOf([], { [variable]: text })).toEqual(DEFAULTS);
      expect(settingsOf(['--config', configFile({ [name]: value })])).toEqual(DEFAULTS);
    },
  );
});

describe('a switch', () => {
  test.each([
    { argv: ['--http'], http: true },
    { argv: ['--http=true'], http: true },
    { argv: ['--http=false'], http: false },
    { argv: ['--http', '--port', '0'], http: true },
    { argv: ['--port=1', '--http'], http: true },
  ])('is read from $argv', ({ argv, http }) => {
    expect(settingsOf(argv).http).toBe(http);
  });

  test('is read from a variable and from a file', () => {
    expect(settingsOf([], { SANDCELL_HTTP: 'true' }).http).toBe(true);
    expect(settingsOf(['--http=false'], { SANDCELL_HTTP: 'true' }).http).toBe(false);
    expect(settingsOf(['--config', configFile({ http: true })]).http).toBe(true);
  });

  test('takes true and false alone', () => {
    expect(refusal(['--http=yes'])).toBe('--http is "yes": allowed is true or false');
    expect(refusal([], { SANDCELL_HTTP: '1' })).toBe('SANDCELL_HTTP is "1": allowed is true or false');
  });
});

describe('secrets', () => {
  test('have no flag', () => {
    expect(refusal(['--auth-tokens', 'me:0123456789abcdef'])).toMatch(/^--auth-tokens is not a known option/);
    expect(settingsOf([], { SANDCELL_AUTH_TOKENS: 'me:0123456789abcdef' }).authTokens).toEqual([
      'me:0123456789abcdef',
    ]);
  });

  test('are not repeated where they are wrong', () => {
    expect(refusal([], { SANDCELL_AUTH_TOKENS: 'me:short-secret' })).toBe(
      'SANDCELL_AUTH_TOKENS is wrong: allowed is NAME:TOKEN, each token of 16 characters or more, 1000 at most',
    );
  });
});

describe('wrong settings', () => {
  test.each([
    ['--memory-mib', '5', '--memory-mib is 5: allowed is an integer from 64 to 1048576'],
    ['--memory-mib', '-5', '--memory-mib is -5: allowed is an integer from 64 to 1048576'],
    ['--memory-mib', '99999999', '--memory-mib is 99999999: allowed is an integer from 64 to 1048576'],
    ['--memory-mib', '128.5', '--memory-mib is 128.5: allowed is an integer from 64 to 1048576'],
    ['--memory-mib', '1e3', '--memory-mib is "1e3": allowed is an integer from 64 to 1048576'],
    ['--memory-mib', '1 GiB', '--memory-mib is "1 GiB": allowed is an integer from 64 to 1048576'],
    ['--idle-minutes', '0', '--idle-minutes is 0: allowed is a number from 0.01 to 10080'],
    ['--driver', 'docker', '--driver is "docker": allowed is one of bubblewrap, opensandbox'],
    ['--network', 'some', '--network is "some": allowed is one of packages, none, hosts, full'],
    ['--log-level', 'loud', '--log-level is "loud": allowed is one of silent, error, warn, info, debug'],
    [
      '--preload',
      'numpy,rm -rf',
      '--preload is ["numpy","rm -rf"]: allowed is names of Python modules, such as numpy,pandas, 64 at most',
    ],
    [
      '--python-version',
      'newest',
      '--python-version is "newest": allowed is a version or its beginning, such as 3 or 3.11',
    ],
  ])('refuses %s %s', (flag, value, message) => {
    expect(refusal([flag, value])).toBe(message);
  });

  test('takes hosts that are named for a wish to reach them', () => {
    const network = (...argv: string[]): unknown => {
      const config = loadConfig(argv, {});
      return 'settings' in config ? config.settings.network : undefined;
    };

    expect(network()).toBe('packages');
    expect(network('--allow-hosts', 'api.example.com,*.example.org:8443')).toBe('hosts');
    expect(network('--network', 'packages', '--allow-hosts', 'a.test')).toBe('hosts');
    expect(network('--network', 'full', '--allow-hosts', '*:8443')).toBe('full');
    expect(network('--allow-private', 'a.test:80,[fd00::1]:80')).toBe('packages');
    expect(refusal(['--network', 'none', '--allow-hosts', 'a.test'])).toBe(
      'allow_hosts is ["a.test"]: allowed is none with network none',
    );
    expect(refusal(['--network', 'none', '--allow-private', 'a.test:80'])).toBe(
      'allow_private is ["a.test:80"]: allowed is none with network none',
    );
  });

  test.each([
    ...['https://a.test', 'a.test/x', 'a.test:', 'a.*', '*a.test', '**.test', 'a b', '.test', 'user@a.test'],
  ])('refuses the host %j', (host) => {
    expect(refusal(['--allow-hosts', host])).toContain('allowed is host names');
  });

  test('refuses a flag without its value', () => {
    const message = '--memory-mib has no value: allowed is an integer from 64 to 1048576';

    expect(refusal(['--memory-mib'])).toBe(message);
    expect(refusal(['--memory-mib='])).toBe(message);
    expect(refusal(['--config'])).toBe('--config has no value: allowed is the path of a JSON file');
  });

  test.each([
    { wrong: '--memory', nearest: '--memory-mib' },
    { wrong: '--max-sandbox-per-session', nearest: '--max-sandboxes-per-session' },
    { wrong: '--no-memory-mib', nearest: '--memory-mib' },
    { wrong: '--hlep', nearest: '--help' },
    { wrong: '--__proto__', nearest: '--protocol' },
  ])('refuses the flag $wrong and names $nearest', ({ wrong, nearest }) => {
    expect(refusal([wrong, '5'])).toBe(
      `${wrong} is not a known option: nearest is ${nearest}; sandcell --help lists all`,
    );
  });

  test('refuses a wrong value of a variable by the name of the variable', () => {
    expect(refusal([], { SANDCELL_CPU_PERCENT: 'all' })).toBe(
      'SANDCELL_CPU_PERCENT is "all": allowed is an integer from 5 to 25600',
    );
  });

  test('refuses a wrong value even where another source would win', () => {
    expect(refusal(['--cpu-percent', '50'], { SANDCELL_CPU_PERCENT: 'all' })).toContain(
      'SANDCELL_CPU_PERCENT',
    );
  });

  test('refuses an unknown variable of ours and names the nearest', () => {
    expect(refusal([], { SANDCELL_MEMORYMIB: '1' })).toBe(
      'SANDCELL_MEMORYMIB is not a known variable: nearest is SANDCELL_MEMORY_MIB; sandcell --help lists all',
    );
  });

  test('refuses an unknown key of the file and names the nearest', () => {
    const file = configFile({ memoryMib: 128 });

    expect(refusal(['--config', file])).toBe(
      `memoryMib is not a known setting in ${file}: nearest is memory_mib; sandcell --help lists all`,
    );
  });

  test.each([
    { value: '128', shown: '"128"' },
    { value: null, shown: 'null' },
    { value: [128], shown: '[128]' },
    { value: 1, shown: '1' },
  ])('refuses $shown for a number in the file', ({ value, shown }) => {
    const file = configFile({ memory_mib: value });

    expect(refusal(['--config', file])).toBe(
      `memory_mib in ${file} is ${shown}: allowed is an integer from 64 to 1048576`,
    );
  });

  test('refuses a config file that does not exist', () => {
    const file = join(folder, 'missing.json');

    expect(refusal(['--config', file])).toBe(
      `config is "${file}": it cannot be read, ENOENT; allowed is a file of JSON`,
    );
    expect(refusal([], { SANDCELL_CONFIG: file })).toContain('ENOENT');
  });

  test('refuses a folder as config file', () => {
    expect(refusal(['--config', folder])).toContain('it cannot be read, EISDIR');
  });

  test('refuses bad JSON without quoting the file', () => {
    const file = configFile('{"secret": "hunter2" oops}');

    expect(refusal(['--config', file])).toMatch(
      /it is not valid JSON at position \d+.*; allowed is a file of JSON/,
    );
    expect(refusal(['--config', configFile('hunter2')])).not.toContain('hunter2');
  });

  test.each(['[]', '5', 'null', '"text"'])('refuses a config file that holds %s', (content) => {
    expect(refusal(['--config', configFile(content)])).toContain('allowed is one JSON object of settings');
  });

  test('refuses a default timeout above the maximum', () => {
    expect(refusal(['--max-timeout-ms', '30000'])).toBe(
      'default_timeout_ms is 45000: allowed is at most max_timeout_ms, 30000',
    );
    expect(settingsOf(['--max-timeout-ms', '45000']).maxTimeoutMs).toBe(45_000);
  });
});

test('the help lists every setting with its default and unit', () => {
  const help = renderHelp();

  for (const { flag, variable } of SETTINGS) expect(help).toContain(`  ${flag ?? variable}`);
  expect(help).toContain(
    '  --memory-mib N\n      Memory of all processes of a sandbox together; what fills its file systems is counted on ' +
      'top, up to their own sizes.\n      Allowed: an integer from 64 to 1048576. Default: 1024 MiB.',
  );
});
