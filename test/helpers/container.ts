import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
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
  /** "name:path" */
  volumes: string[];
  mem_limit: string;
  cpus: number;
  pids_limit: number;
  environment: Record<string, string | number>;
}

function service(): Service {
  const text = readFileSync(`${ROOT}compose.yaml`, 'utf8');
  return (parse(text) as { services: { sandcell: Service } }).services.sandcell;
}

export interface Privileges {
  /** A file of the profile, made by deploy/seccomp-profile.mjs. */
  seccomp: string;
  /** Options of compose.yaml that begin so are left out. */
  without?: string;
}

/** `docker run` with the rights of compose.yaml, up to the image. */
function runOptions({ seccomp, without }: Privileges): string[] {
  const sandcell = service();
  const security = sandcell.security_opt
    .filter((option) => without === undefined || !option.startsWith(without))
    .map((option) => (option.startsWith('seccomp=') ? `seccomp=${seccomp}` : option));
  const every = (flag: string, values: readonly string[]): string[] =>
    values.flatMap((value) => [flag, value]);
  return [
    ...['run', '--rm', '--user', sandcell.user],
    ...(sandcell.init ? ['--init'] : []),
    ...(sandcell.read_only ? ['--read-only'] : []),
    ...every('--cap-drop', sandcell.cap_drop),
    ...every('--security-opt', security),
    ...every('--tmpfs', sandcell.tmpfs),
    // Without a name it goes with the container.
    ...every(
      '--volume',
      sandcell.volumes.map((volume) => volume.replace(/^.*:/, '')),
    ),
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
  /** Runs a script of Node in the container, as the server's user; what it writes to stdout. */
  run(script: string): string;
  /** What the engine says of its health check, which it carries out each second. */
  health(): string;
  /** As `docker stop` does. Resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** The server as the image and compose.yaml start it, with these tokens, on a free port. */
export async function startContainer(privileges: Privileges, tokens: string): Promise<ContainerServer> {
  const name = `${IMAGE}-${randomUUID()}`;
  const given = [
    ...['--name', name, '--publish', '127.0.0.1::3917', '--health-interval', '1s'],
    ...['--volume', `${tokens}:/run/secrets/tokens:ro`],
    ...Object.entries(service().environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
  ];
  const child = spawn('docker', [...runOptions(privileges), ...given, IMAGE], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await listening(child);
  const stop = async (): Promise<number | null> => {
    docker('stop', '--time', '10', name);
    return await exited;
  };
  return {
    url: `http://${docker('port', name, '3917/tcp').stdout.trim()}`,
    run: (script) => docker('exec', name, 'node', '-e', script).stdout,
    health: () => docker('inspect', '--format', '{{.State.Health.Status}}', name).stdout.trim(),
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

async function listening({ stderr }: ChildProcess): Promise<void> {
  if (!stderr) throw new Error('its stderr is not piped');
  const said: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    said.push(line);
    if (!line.includes('"listening"')) continue;
    stderr.resume();
    return;
  }
  throw new Error(said.join('\n'));
}
