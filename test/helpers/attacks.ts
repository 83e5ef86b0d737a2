import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, describe } from 'vitest';
import type { ExecutionOutput } from '../../src/executions/render.ts';
import { runCommand } from '../../src/processes/run-command.ts';
import { startServer, type TestServer, textOf } from './server.ts';

const PROBES = readFileSync(new URL('probes.py', import.meta.url), 'utf8');
const HOST_PYTHON = '/usr/bin/python3';

/** Uids that no user of a machine has. */
const ORDINARY_UID = 64_321;
const STRANGER_UID = 64_322;

/** A user of the host, as whom servers are started and controls are run. */
export interface HostUser {
  readonly uid: number;
  /** A folder of its own. */
  readonly home: string;
  startServer(
    args?: readonly string[],
    env?: Record<string, string>,
    launcher?: readonly string[],
  ): Promise<TestServer>;
  /** Runs Python on the host, with the probes; what it reports. */
  onHost(code: string): Promise<unknown>;
}

/** Runs the suite as the present user; where that is root, as an ordinary user too: the sandboxes differ. */
export function asEachUser(suite: (user: HostUser) => void): void {
  const uid = process.getuid?.() ?? 0;
  for (const [name, other] of uid === 0
    ? ([
        ['as root', undefined],
        ['as an ordinary user', ORDINARY_UID],
      ] as const)
    : ([['as an ordinary user', undefined]] as const)) {
    describe(name, () => {
      const home = mkdtempSync('/tmp/sandcell-user-');
      chmodSync(home, 0o711);
      if (other !== undefined) chownSync(home, other, other);
      afterAll(() => {
        rmSync(home, { recursive: true, force: true });
      });
      suite(hostUser(other, home));
    });
  }
}

function hostUser(other: number | undefined, home: string): HostUser {
  const launcher = other === undefined ? [] : becoming(other);
  return {
    uid: other ?? process.getuid?.() ?? 0,
    home,
    startServer: (args, env, inner = []) =>
      startServer(
        args,
        { HOME: other === undefined ? (process.env['HOME'] ?? home) : home, XDG_RUNTIME_DIR: home, ...env },
        [...launcher, ...inner],
      ),
    onHost: (code) => onHost(code, launcher),
  };
}

/** Only root can become somebody else. */
export const isRoot = process.getuid?.() === 0;

/** As {@link HostUser.onHost}, for a user of the host who has to do with neither server nor sandbox. */
export function asStranger(code: string): Promise<unknown> {
  return onHost(code, becoming(STRANGER_UID));
}

function becoming(uid: number): string[] {
  return ['setpriv', '--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
}

async function onHost(code: string, launcher: readonly string[]): Promise<unknown> {
  // `env` becomes the command that follows it, so that there always is one.
  const argv = ['env', ...launcher, HOST_PYTHON, '-c', `${PROBES}\n${code}`] as const;
  const { code: exitCode, stdout, stderr } = await runCommand(argv, { timeoutMs: 30_000 });
  if (exitCode !== 0) throw new Error(stderr);
  return reported(stdout);
}

/** A Python context in which the probes are defined. */
export interface Attacker {
  readonly server: TestServer;
  readonly contextId: string;
  readonly sandboxId: string;
  /** Runs a cell. */
  run(code: string, args?: Record<string, unknown>): Promise<ExecutionOutput>;
  /** Runs a cell that must end well; what it reports. */
  ask(code: string): Promise<unknown>;
}

/** `sandbox_id` is an id, or "new". */
export async function openAttacker(
  server: TestServer,
  args: Record<string, unknown> = {},
): Promise<Attacker> {
  const { contextId, sandboxId } = await createContext(server, { language: 'python', ...args });
  const run: Attacker['run'] = (code, more) => server.run({ context_id: contextId }, code, more);
  await run(PROBES);
  return {
    server,
    contextId,
    sandboxId,
    run,
    ask: async (code) => {
      const { status, stdout, stderr, error } = await run(code);
      if (status !== 'ok') throw new Error(`${status}: ${error?.traceback ?? ''}\n${stderr}`);
      return reported(stdout);
    },
  };
}

export async function createContext(
  server: TestServer,
  args: Record<string, unknown>,
): Promise<{ contextId: string; sandboxId: string }> {
  const created = await server.call('create_context', args);
  const { context_id, sandbox_id } = created.structuredContent ?? {};
  if (typeof context_id !== 'string' || typeof sandbox_id !== 'string') throw new Error(textOf(created));
  return { contextId: context_id, sandboxId: sandbox_id };
}

/** An isolated bystander: a context in a sandbox of its own, with a variable that must survive. */
export async function openBystander(server: TestServer): Promise<{ isUnharmed(): Promise<boolean> }> {
  const { contextId } = await createContext(server, { language: 'python', sandbox_id: 'new' });
  await server.run({ context_id: contextId }, 'kept = 41');
  return {
    isUnharmed: async () => {
      const { result, status, notes } = await server.run({ context_id: contextId }, 'kept + 1');
      return result === '42' && status === 'ok' && notes.length === 0;
    },
  };
}

function reported(stdout: string): unknown {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** Memory of a process in MiB: `VmHWM` is the most it has had. */
export function memoryOf(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
}
