import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { IMAGE } from './container-image.ts';
import { docker } from './docker.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What compose.yaml gives the service, as far as it decides what the server may do. */
interface Service {
  user: string;
  init: boolean;
  read_only: boolean;
  cap_drop: string[];
  security_opt: string[];
  tmpfs: string[];
  mem_limit: string;
  cpus: number;
  pids_limit: number;
}

export interface Privileges {
  /** A file of the profile, made by deploy/seccomp-profile.mjs. */
  seccomp: string;
  /** Options of compose.yaml that begin so are left out. */
  without?: string;
}

/** `docker run` with the rights of compose.yaml, up to the image. */
function runOptions({ seccomp, without }: Privileges): string[] {
  const text = readFileSync(`${ROOT}compose.yaml`, 'utf8');
  const { sandcell } = (parse(text) as { services: { sandcell: Service } }).services;
  const security = sandcell.security_opt
    .filter((option) => without === undefined || !option.startsWith(without))
    .map((option) => (option.startsWith('seccomp=') ? `seccomp=${seccomp}` : option));
  const every = (flag: string, values: readonly string[]): string[] =>
    values.flatMap((value) => [flag, value]);
  return [
    ...['run', '--rm', '--network', 'host', '--user', sandcell.user],
    ...(sandcell.init ? ['--init'] : []),
    ...(sandcell.read_only ? ['--read-only'] : []),
    ...every('--cap-drop', sandcell.cap_drop),
    ...every('--security-opt', security),
    ...every('--tmpfs', sandcell.tmpfs),
    ...['--memory', sandcell.mem_limit, '--cpus', String(sandcell.cpus)],
    ...['--pids-limit', String(sandcell.pids_limit)],
  ];
}

/** Runs `sandcell doctor --json` in a container. */
export function doctorInContainer(privileges: Privileges): { ok: boolean; checks: Check[] } {
  const { stdout, stderr } = docker(...runOptions(privileges), IMAGE, 'doctor', '--json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as { ok: boolean; checks: Check[] };
}

export interface Check {
  name: string;
  status: string;
  detail: string;
}

export interface ContainerServer extends AsyncDisposable {
  readonly url: string;
}

/** The server as the image starts it, with these tokens, on a free port. */
export async function startContainer(privileges: Privileges, tokens: string): Promise<ContainerServer> {
  const env = { ...process.env, SANDCELL_AUTH_TOKENS: tokens, SANDCELL_PORT: '0' };
  const given = ['--env', 'SANDCELL_AUTH_TOKENS', '--env', 'SANDCELL_PORT'];
  const child = spawn('docker', [...runOptions(privileges), ...given, IMAGE], {
    ...{ env, stdio: ['ignore', 'ignore', 'pipe'] },
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const url = await urlOf(child);
  return {
    url: url.replace('0.0.0.0', '127.0.0.1'),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM'); // which the engine passes on
      await exited;
    },
  };
}

async function urlOf({ stderr }: ChildProcess): Promise<string> {
  if (!stderr) throw new Error('its stderr is not piped');
  const said: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    said.push(line);
    if (!line.includes('"listening"')) continue;
    stderr.resume();
    return (JSON.parse(line) as { url: string }).url;
  }
  throw new Error(said.join('\n'));
}
