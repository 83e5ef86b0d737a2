import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface ProgramResult {
  pid: number;
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/**
 * A Node process of its own. `onStdout` is told of what it prints, with its pid; only after the first time does its stdin end.
 */
export async function runProgram(
  args: readonly string[],
  options: {
    env?: Record<string, string>;
    cwd?: string;
    stdin?: string;
    onStdout?: (text: string, pid: number) => void;
  } = {},
): Promise<ProgramResult> {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const result = { pid: child.pid ?? 0, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    result.stdout += text;
    options.onStdout?.(text, result.pid);
    child.stdin.end();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (result.stderr += text));
  if (options.stdin !== undefined) child.stdin.write(options.stdin);
  if (!options.onStdout) child.stdin.end();
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ ...result, code, signal });
    });
  });
}

/** A program that may `import 'sandcell'`, which is the built library. */
export async function runModule(
  source: string,
  options: Parameters<typeof runProgram>[1] = {},
): Promise<ProgramResult> {
  return await runProgram(['--input-type=module', '-e', source], options);
}

const LOADER = `
import { appendFileSync } from 'node:fs';
export async function load(url, context, next) {
  appendFileSync(process.env.LOADED, url + '\\n');
  return next(url, context);
}`;

/** As {@link runModule}, and the addresses of all modules that it has loaded. */
export async function loadedModules(source: string): Promise<{ result: ProgramResult; modules: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'loaded-'));
  try {
    const file = join(folder, 'modules');
    const loader = JSON.stringify(`data:text/javascript,${encodeURIComponent(LOADER)}`);
    const hook = `import { register } from 'node:module'; register(${loader});`;
    const args = [
      '--import',
      `data:text/javascript,${encodeURIComponent(hook)}`,
      '--input-type=module',
      '-e',
    ];
    const ends = `${source}\nfor (const path of Object.keys((await import('node:module')).default._cache)) console.log('cjs ' + path);`;
    const result = await runProgram([...args, ends], { env: { LOADED: file } });
    const required = result.stdout.split('\n').filter((line) => line.startsWith('cjs '));
    return { result, modules: [...readFileSync(file, 'utf8').split('\n'), ...required].filter(Boolean) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
