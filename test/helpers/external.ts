import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../external/', import.meta.url));
/** The Node of these programs, which the machine's own may be too old for. */
const NODE = `${FOLDER}node_modules/.bin/node`;
const PROGRAMS = {
  conformance: '@modelcontextprotocol/conformance/dist/index.js',
  inspector: '@modelcontextprotocol/inspector/clients/launcher/build/index.js',
};

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program of test/external to its end; `cwd` is where it may leave files. */
export async function runExternal(
  program: keyof typeof PROGRAMS,
  args: readonly string[],
  cwd: string,
): Promise<Ended> {
  if (!existsSync(NODE)) throw new Error('not installed: run node scripts/setup.mjs --external');
  const child = spawn(NODE, [`${FOLDER}node_modules/${PROGRAMS[program]}`, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, NO_COLOR: '1' },
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number | null]; // as node:child_process documents it
  return { code, ...said };
}
