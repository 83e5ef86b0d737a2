import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { docker } from './docker.ts';

export const IMAGE = 'sandcell-test';
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Another one where the usual one cannot be had. */
const NODE_IMAGE = process.env['SANDCELL_TEST_NODE_IMAGE'] ?? 'node:20-bookworm-slim';
/** What deploy/base-image.mjs makes where no other one can be had. */
const OWN_BASE = 'sandcell-test-base';
/** Of Docker's default profile, as Go's modules have it: the release that deploy/seccomp-profile.mjs takes. */
const SECCOMP_MODULE = 'github.com/moby/profiles/seccomp@v0.2.3';
const LOADED_PROFILES = '/sys/kernel/security/apparmor/profiles';

/** Why the image cannot be tested here; undefined where it can. */
export function whyNoContainers(): string | undefined {
  const info = docker('info', '--format', '{{.OSType}}');
  if (info.status !== 0) return 'no Docker works here';
  if (!canPull()) return whyNoOwnBase();
  const confined = docker('run', '--rm', '--security-opt', 'apparmor=sandcell', NODE_IMAGE, 'true');
  return confined.status === 0 ? undefined : 'deploy/apparmor-sandcell is not loaded';
}

/** Makes what the tests run; takes some minutes the first time. Throws what went wrong. */
export function buildImage(): void {
  const base = canPull() ? NODE_IMAGE : makeOwnBase();
  // The network of the host: a build may reach no other one.
  const { status, stdout, stderr } = docker(
    ...['build', '--network', 'host', '--build-arg', `NODE_IMAGE=${base}`, '--tag', IMAGE, ROOT],
  );
  if (status !== 0) throw new Error(`${stdout}\n${stderr}`);
}

/** Writes the profile of deploy/ to a file. Throws where Docker's own, with which it begins, cannot be had. */
export function writeSeccompProfile(file: string): void {
  const from = process.env['SANDCELL_TEST_SECCOMP_DEFAULT'] ?? defaultFromGo();
  writeFileSync(file, run(process.execPath, [`${ROOT}deploy/seccomp-profile.mjs`, ...(from ? [from] : [])]));
}

function canPull(): boolean {
  return isThere(NODE_IMAGE) || docker('pull', NODE_IMAGE).status === 0;
}

function isThere(image: string): boolean {
  return docker('image', 'inspect', image).status === 0;
}

function whyNoOwnBase(): string | undefined {
  if (process.getuid?.() !== 0 || !isCommand('debootstrap'))
    return `${NODE_IMAGE} cannot be had, and only root with debootstrap can make another one`;
  const isConfined = docker('info', '--format', '{{.SecurityOptions}}').stdout.includes('apparmor');
  if (isConfined && !/^sandcell /m.test(readFileSync(LOADED_PROFILES, 'utf8')))
    return 'deploy/apparmor-sandcell is not loaded';
  return undefined;
}

function makeOwnBase(): string {
  if (!isThere(OWN_BASE)) run(process.execPath, [`${ROOT}deploy/base-image.mjs`, OWN_BASE]);
  return OWN_BASE;
}

/** Go's modules can be had on machines that see no more of the internet than package registries. */
function defaultFromGo(): string | undefined {
  if (!isCommand('go')) return undefined;
  const { status, stdout } = ask('go', ['mod', 'download', '-json', SECCOMP_MODULE]);
  if (status !== 0) return undefined;
  return join((JSON.parse(stdout) as { Dir: string }).Dir, 'default.json'); // as `go help mod download` says
}

function isCommand(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = ask(command, args);
  if (status !== 0) throw new Error(`${stdout}\n${stderr}`);
  return stdout;
}

function ask(command: string, args: readonly string[]): ReturnType<typeof docker> {
  return spawnSync(command, args, { cwd: '/', encoding: 'utf8' });
}
