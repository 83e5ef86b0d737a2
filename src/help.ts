import { type Setting, SETTINGS } from './settings.ts';

/** What `sandcell --help` prints: every command, option and setting. */
export function renderHelp(): string {
  return `Runs code for AI assistants: live state in every language, inside a sandbox on this machine.

Usage:
  sandcell [settings]                  MCP server over stdio
  sandcell --http [settings]           MCP server over HTTP, for many clients
  sandcell doctor [--json] [settings]  what works on this machine, and how to mend what does not
  sandcell prepare [LANGUAGE …]        makes beforehand what kernels of a language need on their first use; all by default
  sandcell cache [clear]               how much is kept of what was downloaded for sandboxes; clear removes it

Options:
  --config FILE   JSON file of settings; also SANDCELL_CONFIG
  -h, --help      this text
  -v, --version   the version

Settings. Each is also a variable (--memory-mib is SANDCELL_MEMORY_MIB) and a key of the config file (memory_mib).
A flag wins over a variable, a variable over the file, the file over the default.

${SETTINGS.map(renderSetting).join('\n')}
`;
}

function renderSetting(setting: Setting): string {
  const { flag, variable, kind, allowed, description } = setting;
  const placeholder = { number: ' N', list: ' A,B', text: ' TEXT', switch: '' }[kind];
  const name = flag === undefined ? `${variable} (no flag: it is a secret)` : `${flag}${placeholder}`;
  return `  ${name}\n      ${description}.\n      Allowed: ${allowed}. Default: ${renderDefault(setting)}.`;
}

/** A default as people read it: "1024 MiB", "none". */
export function renderDefault({ default: value, unit, unset = 'none' }: Setting): string {
  if (value === undefined) return unset;
  if (typeof value === 'object') return value.join() || 'empty';
  return unit === undefined ? String(value) : `${String(value)} ${unit}`;
}
