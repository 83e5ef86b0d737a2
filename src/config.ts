import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { closestMatch } from 'leven';
import type { z } from 'zod';
import { type Language, LANGUAGES } from './languages.ts';
import { contradictionOf, networkOf } from './network-settings.ts';
import { type CamelCase, toCamelCase } from './setting-names.ts';
import { type Setting, SETTINGS, settingsSchema } from './settings.ts';
import { whyUnfit } from './workspace-folder.ts';

/** The settings inside the program: `max_output_bytes` is `settings.maxOutputBytes`, `memory_mib` is `memoryMiB`. */
export type Settings = {
  readonly [Name in keyof z.output<typeof settingsSchema> as CamelCase<Name>]: z.output<
    typeof settingsSchema
  >[Name];
};

export type Config =
  | { command: 'help' | 'version' }
  | { command: 'serve'; settings: Settings }
  | { command: 'cache'; isCleared: boolean; settings: Settings }
  | { command: 'doctor'; json: boolean; settings: Settings }
  | { command: 'prepare'; languages: readonly Language[]; settings: Settings };

/** A wrong setting. The message is for the user as it stands: the name, the value, and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads flags, SANDCELL_ variables and the config file; of one setting, the first of these that has it wins.
 * `argv` is what follows the program's name. Throws {@link ConfigError}.
 */
export function loadConfig(argv: readonly string[], env: NodeJS.ProcessEnv): Config {
  const { command, json, isCleared, languages, file: fileFlag, values: flags } = readArguments(argv);
  if (command === 'help' || command === 'version') return { command };

  const { file: fileVariable, values: variables } = readVariables(env);
  const file = fileFlag ?? fileVariable;
  const settings = toSettings({ ...(file === undefined ? {} : readFile(file)), ...variables, ...flags });
  if (command === 'doctor') return { command, json, settings };
  if (command === 'cache') return { command, isCleared, settings };
  return command === 'prepare' ? { command, languages, settings } : { command, settings };
}

/**
 * Checks settings that a program gives, under their names in {@link Settings}; what is undefined counts as not given.
 * Throws {@link ConfigError}.
 */
export function settingsOf(values: Readonly<Record<string, unknown>>): Settings {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  const checkedValues = given.map(([name, value]) => {
    const setting = PROPERTIES.get(name);
    if (setting === undefined) throw unknownName('setting', name, [...PROPERTIES.keys()]);
    return [setting.name, checked(setting, name, value)] as const;
  });
  return toSettings(Object.fromEntries(checkedValues));
}

type Values = Record<string, unknown>;

const FLAGS = new Map(
  SETTINGS.flatMap((setting) => (setting.flag ? [[setting.flag, setting] as const] : [])),
);
const VARIABLES = new Map(SETTINGS.map((setting) => [setting.variable, setting]));
const KEYS = new Map<string, Setting>(SETTINGS.map((setting) => [setting.name, setting]));
const PROPERTIES = new Map(SETTINGS.map((setting) => [toCamelCase(setting.name), setting]));
const COMMANDS = ['doctor', 'prepare', 'cache'] as const;
const OPTIONS = {
  config: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

interface Arguments {
  command: Config['command'];
  json: boolean;
  isCleared: boolean;
  /** What follows `prepare`. */
  languages: Language[];
  file?: string;
  values: Values;
}

function readArguments(argv: readonly string[]): Arguments {
  const read: Arguments = { command: 'serve', json: false, isCleared: false, languages: [], values: {} };
  for (const token of parseTokens(argv)) {
    if (token.kind === 'positional') readWord(token.value, read);
    if (token.kind !== 'option') continue;
    const setting = FLAGS.get(`--${token.name}`);
    if (setting !== undefined) read.values[setting.name] = fromFlag(setting, token.rawName, token.value);
    else if (token.name === 'config')
      read.file = given(token.rawName, token.value, 'the path of a JSON file');
    else readSwitch(token, read);
  }
  if (read.json && ['serve', 'prepare', 'cache'].includes(read.command))
    throw new ConfigError('--json is given: it is allowed with doctor only');
  return read;
}

function readWord(word: string, read: Arguments): void {
  if (read.command === 'prepare') {
    const language = LANGUAGES.find((name) => name === word);
    if (language === undefined) throw unknownName('language', word, LANGUAGES);
    read.languages.push(language);
    return;
  }
  if (read.command === 'cache') {
    if (word !== 'clear') throw unknownName('part of cache', word, ['clear']);
    read.isCleared = true;
    return;
  }
  const command = COMMANDS.find((name) => name === word);
  if (command === undefined) throw unknownName('command', word, COMMANDS);
  if (read.command === 'serve') read.command = command;
}

/** Not strict: what is wrong is then found here, and told with what is allowed. */
function parseTokens(argv: readonly string[]) {
  const settings = [...FLAGS].map(([flag, { kind }]) => {
    const type = kind === 'switch' ? ('boolean' as const) : ('string' as const);
    return [flag.slice(2), { type }] as const;
  });
  const options = { ...Object.fromEntries(settings), ...OPTIONS };
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function readSwitch(
  token: { name: string; rawName: string; value?: string | undefined },
  read: Arguments,
): void {
  if (token.name !== 'help' && token.name !== 'version' && token.name !== 'json') {
    throw unknownName('option', token.rawName, [
      ...Object.keys(OPTIONS).map((name) => `--${name}`),
      ...FLAGS.keys(),
    ]);
  }
  if (token.value !== undefined)
    throw new ConfigError(`${token.rawName} is "${token.value}": it takes no value`);
  if (token.name === 'json') read.json = true;
  else if (read.command !== 'help') read.command = token.name;
}

/** An empty variable counts as one that is not set: clients fill in templates that way. */
function readVariables(env: NodeJS.ProcessEnv) {
  const read: { file?: string; values: Values } = { values: {} };
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('SANDCELL_') || text === undefined) continue;
    const setting = VARIABLES.get(name);
    if (setting === undefined && name !== 'SANDCELL_CONFIG') {
      throw unknownName('variable', name, [...VARIABLES.keys(), 'SANDCELL_CONFIG']);
    }
    if (text === '') continue;
    if (setting === undefined) read.file = text;
    else read.values[setting.name] = fromText(setting, name, text);
  }
  return read;
}

function readFile(path: string): Values {
  const content = parseFile(path);
  const entries = Object.entries(content).map(([key, value]) => {
    const setting = KEYS.get(key);
    if (setting === undefined) throw unknownName(`setting in ${path}`, key, [...KEYS.keys()]);
    return [key, checked(setting, `${key} in ${path}`, value)] as const;
  });
  return Object.fromEntries(entries);
}

function parseFile(path: string): object {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`config is "${path}": ${whyUnreadable(error)}; allowed is a file of JSON`, {
      cause: error,
    });
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content;
  throw new ConfigError(
    `config is "${path}": its content is no object; allowed is one JSON object of settings`,
  );
}

/** Without the words of the parser, which quote the file. */
function whyUnreadable(error: unknown): string {
  if (error instanceof SyntaxError)
    return `it is not valid JSON ${/at position \d+.*/.exec(error.message)?.[0] ?? ''}`.trimEnd();
  return error instanceof Error && 'code' in error
    ? `it cannot be read, ${String(error.code)}`
    : 'it cannot be read';
}

/** A switch needs no value to be on. */
function fromFlag(setting: Setting, name: string, text: string | undefined): unknown {
  return fromText(setting, name, setting.kind === 'switch' ? (text ?? 'true') : text);
}

function fromText(setting: Setting, name: string, text: string | undefined): unknown {
  const value = given(name, text, setting.allowed);
  if (setting.kind === 'list') return checked(setting, name, value.split(',').filter(Boolean));
  if (setting.kind === 'switch' && /^(true|false)$/.test(value))
    return checked(setting, name, value === 'true');
  if (setting.kind === 'number' && /^-?\d+(\.\d+)?$/.test(value))
    return checked(setting, name, Number(value));
  return checked(setting, name, value);
}

function given(name: string, text: string | undefined, allowed: string): string {
  if (text === undefined || text === '') throw new ConfigError(`${name} has no value: allowed is ${allowed}`);
  return text;
}

function checked(setting: Setting, name: string, value: unknown): unknown {
  const parsed = settingsSchema.shape[setting.name].safeParse(value);
  if (parsed.success) return parsed.data;
  const shown = setting.isSecret ? 'wrong' : JSON.stringify(value);
  throw new ConfigError(`${name} is ${shown}: allowed is ${setting.allowed}`);
}

function unknownName(what: string, name: string, known: readonly string[]): ConfigError {
  const nearest = known.find((candidate) => candidate.startsWith(name)) ?? closestMatch(name, known) ?? '';
  return new ConfigError(`${name} is not a known ${what}: nearest is ${nearest}; sandcell --help lists all`);
}

function toSettings(values: Values): Settings {
  const all = settingsSchema.parse(values);
  if (all.default_timeout_ms > all.max_timeout_ms) {
    throw new ConfigError(
      `default_timeout_ms is ${all.default_timeout_ms}: allowed is at most max_timeout_ms, ${all.max_timeout_ms}`,
    );
  }
  const unfit = whyUnfit(all.workspace);
  if (unfit !== undefined) throw new ConfigError(unfit);
  const excess = contradictionOf(all);
  if (excess)
    throw new ConfigError(`${excess} is ${JSON.stringify(all[excess])}: allowed is none with network none`);
  const settled = { ...all, network: networkOf(all) };
  const entries = Object.entries(settled).map(([name, value]) => [toCamelCase(name), value]);
  return Object.fromEntries(entries) as Settings; // the type derives its keys by the same rule
}
