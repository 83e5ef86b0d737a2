/* `%npm install x`: lines that are no JavaScript, run before the cell they stand in. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cwd, env, execPath, kill, version } from 'node:process';
import { writeFully } from './output.mjs';
import { applyEdits, toPlace } from './sources.mjs';

const LINE = /^[ \t]*[%!](npm|npx)(?=[ \t]|$)((?:[^\n]*\\\n)*[^\n]*)/gm;
const COMPLAINT = /^npm (?:error|ERR!) (?!A complete log|For a full report)(?=\S)/;
const MAX_COMPLAINTS = 6;
const MAX_LINE_LENGTH = 2000;

/** Packages that this context has loaded, by name. */
const loaded = new Set();
let running = null;

class InstallError extends Error {
  name = 'InstallError';
}

/**
 * Takes the lines out of a cell: {stage, prepend(text)}, where `prepend` makes the stage that runs the commands, or null where there are
 * none. `isCode` tells whether a text parses: in one that does, such a line belongs to a template or goes on from the line before it.
 */
export function takeNpmLines(code, isCode) {
  const found = [...code.matchAll(LINE)];
  if (found.length === 0 || isCode(code)) return null;
  let count = 1;
  while (count < found.length && !isCode(blank(code, found.slice(0, count)).text)) count++;
  const taken = found.slice(0, count);
  const calls = taken.map(([, command, rest]) => {
    const text = `${command} ${rest.replace(/\\\n/g, ' ').trim()}`;
    return `await __sandcell.npm(${JSON.stringify(text)});`;
  });
  const places = taken.map(({ index, 1: command }) => toPlace(code, code.indexOf(command, index) - 1));
  return { stage: blank(code, taken), prepend: (text) => prepend(text, calls, places) };
}

function blank(code, lines) {
  const edits = lines.map(({ index, 0: line }) => ({
    start: index,
    end: index + line.length,
    text: line.replace(/[^\n]/g, ' '),
  }));
  return applyEdits(code, edits);
}

/** The calls stand on the first line of the text; their places are those of their lines in the cell. */
function prepend(text, calls, places) {
  const added = calls.join('');
  const locate = (line, column) => {
    if (line > 1) return [line, column];
    let end = 0;
    const index = calls.findIndex((call) => column <= (end += call.length));
    return index === -1 ? [line, column - added.length] : [...places[index], true];
  };
  return { text: added + text, locate };
}

/** Remembers what a specifier loads, for the note on newer versions. */
export function noteLoaded(specifier) {
  const name = /^(?:@[^/]+\/)?[^./@][^/]*/.exec(specifier)?.[0];
  if (name !== undefined) loaded.add(name);
}

/** Runs one command with its output streamed; rejects with what npm complains of. `note(text)` adds a note to the cell. */
export async function runNpm(command, note) {
  const before = installedVersions();
  const { code, failure, complaints } = await run(command);
  if (failure !== undefined) throw new InstallError(failure.message);
  if (code === 127) {
    throw new InstallError(
      `npm is not installed beside Node.js ${version} (${execPath}): install it on the machine where the server runs, or create a context ` +
        'of another version',
    );
  }
  if (code !== 0) throw new InstallError(reasonOf(command, code, complaints));
  for (const [name, now] of installedVersions()) {
    const earlier = before.get(name);
    if (earlier !== undefined && earlier !== now && loaded.has(name)) {
      note(
        `${name} ${now} is installed, but this context has loaded ${earlier} before; a new context uses the new one`,
      );
    }
  }
}

/** Ends what a cell has started that is no longer waited for. */
export function stopNpm() {
  if (running?.pid === undefined) return;
  try {
    kill(-running.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function run(command) {
  return new Promise((resolve) => {
    const complaints = [];
    let line = '';
    // In a group of its own, to be ended as a whole.
    const child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 1, 'pipe'], detached: true });
    running = child;
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text) => {
      writeFully(2, text);
      const lines = (line + text).split('\n');
      line = lines.pop().slice(-MAX_LINE_LENGTH);
      complaints.push(...lines.filter((one) => COMPLAINT.test(one)));
      complaints.splice(MAX_COMPLAINTS);
    });
    child.on('error', (failure) => resolve({ code: null, failure, complaints }));
    child.on('close', (code) => {
      running = null;
      resolve({ code, complaints });
    });
  });
}

function reasonOf(command, code, complaints) {
  const said = complaints.map((line) => line.replace(COMPLAINT, '').slice(0, MAX_LINE_LENGTH));
  const reason = said.length > 0 ? said.join('\n') : `${command.split(' ')[0]} ended with exit code ${code}`;
  if (env.HTTP_PROXY !== undefined || env.npm_config_registry !== undefined) return reason;
  return `${reason}\nThis sandbox has no network (setting network: none): what is installed must be among its files.`;
}

/** What npm itself notes of the folder: name → version. */
function installedVersions() {
  try {
    const { packages } = JSON.parse(readFileSync(`${cwd()}/node_modules/.package-lock.json`, 'utf8'));
    return new Map(
      Object.entries(packages).map(([path, { version: installed }]) => [
        path.replace(/^node_modules\//, ''),
        installed,
      ]),
    );
  } catch {
    return new Map();
  }
}
