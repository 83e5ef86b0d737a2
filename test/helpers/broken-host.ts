import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { type CallToolResult, CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface Damage {
  /** Commands that are gone from /usr/bin. No sandbox can start then: what is left are links out of /usr. */
  without?: readonly string[];
  /** Shell scripts that stand in /usr/bin in place of the real commands; the same holds. */
  instead?: Readonly<Record<string, string>>;
  /** What bwrap says, and fails, where it is started inside a sandbox. */
  nested?: string;
  /** Files that are not executable; everything else works. */
  disabled?: readonly string[];
}

/** This host with something broken, for programs that are started through it: a mount namespace, gone with them. */
export interface BrokenHost extends AsyncDisposable {
  /** A folder of its own, for HOME and the like. */
  readonly home: string;
  sandcell(args: readonly string[], env?: Record<string, string>): Promise<Outcome>;
  /** The answer of a server on that host to one call. */
  call(tool: string, args: Record<string, unknown>): Promise<CallToolResult>;
}

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export async function breakHost({
  without = [],
  instead = {},
  nested,
  disabled = [],
}: Damage): Promise<BrokenHost> {
  const home = await mkdtemp('/tmp/sandcell-broken-');
  await chmod(home, 0o755);
  const mounts = disabled.flatMap((file) => ['--bind', '/dev/null', file]);
  if (without.length > 0 || Object.keys(instead).length > 0) {
    mounts.push(...(await replaceCommands(home, without, instead)));
  }
  if (nested !== undefined) mounts.push(...(await replaceNestedBwrap(home, nested)));
  const asRoot = process.getuid?.() === 0 ? ['--cap-add', 'ALL'] : [];
  const command = (args: readonly string[]): string[] => [
    ...['--dev-bind', '/', '/', ...asRoot, ...mounts, '--', process.execPath, CLI],
    ...args,
  ];
  const baseEnv = { PATH: process.env['PATH'] ?? '', HOME: home };
  return {
    home,
    sandcell: (args, env = {}) => run('bwrap', command(args), { ...baseEnv, ...env }),
    call: (tool, args) => callOnce('bwrap', command([]), baseEnv, { name: tool, arguments: args }),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

/** Every other command becomes a link to the real one, which is mounted elsewhere. */
async function replaceCommands(
  home: string,
  without: readonly string[],
  instead: Readonly<Record<string, string>>,
): Promise<string[]> {
  const [real, fake] = [path.join(home, 'real'), path.join(home, 'fake')];
  await Promise.all([mkdir(real), mkdir(fake)]);
  const names = (await readdir('/usr/bin')).filter((name) => !without.includes(name) && !(name in instead));
  await Promise.all(names.map((name) => symlink(path.join(real, name), path.join(fake, name))));
  for (const [name, script] of Object.entries(instead)) {
    await writeFile(path.join(fake, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return ['--bind', '/usr/bin', real, '--bind', fake, '/usr/bin'];
}

/** The real bwrap takes the place of a command that nothing needs; inside a sandbox it is there, too. */
async function replaceNestedBwrap(home: string, said: string): Promise<string[]> {
  const script = path.join(home, 'bwrap');
  const fail = `*" --disable-userns "*) echo '${said}' >&2; exit 1;;`;
  await writeFile(script, `#!/bin/sh\ncase " $* " in ${fail} esac\nexec /usr/bin/yes "$@"\n`, {
    mode: 0o755,
  });
  return ['--bind', '/usr/bin/bwrap', '/usr/bin/yes', '--bind', script, '/usr/bin/bwrap'];
}

async function run(command: string, args: readonly string[], env: Record<string, string>): Promise<Outcome> {
  return await new Promise((resolve) => {
    execFile(command, args, { env, timeout: 55_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      resolve({ code: typeof code === 'number' ? code : -1, stdout, stderr });
    });
  });
}

async function callOnce(
  command: string,
  args: string[],
  env: Record<string, string>,
  request: { name: string; arguments: Record<string, unknown> },
): Promise<CallToolResult> {
  const client = new Client({ name: 'test', version: '0' });
  await client.connect(new StdioClientTransport({ command, args, env, stderr: 'ignore' }));
  try {
    return CallToolResultSchema.parse(await client.callTool(request));
  } finally {
    await client.close();
  }
}
