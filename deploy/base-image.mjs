// Makes a base image for the Dockerfile where none can be pulled: a small Debian 12 with the Node and npm that run this.
//
//   sudo node deploy/base-image.mjs IMAGE [MIRROR]      needs debootstrap, and a Docker engine
//   NODE_IMAGE=IMAGE docker compose up --build
//
// MIRROR is where debootstrap and apt in the image take packages from. The certificates that this machine trusts are put
// into the image as well: its package registries may be behind one of its own.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const SUITE = 'bookworm';
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
/** Where installations of Node have npm, from the folder that has `bin`. */
const NPM = 'lib/node_modules/npm';
const NPM_COMMANDS = ['npm', 'npx'];

const [image, mirror] = process.argv.slice(2);
try {
  if (image === undefined) throw new Error('usage: node deploy/base-image.mjs IMAGE [MIRROR]');
  await makeImage(image, mirror);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/**
 * @param {string} image
 * @param {string | undefined} mirror
 */
async function makeImage(image, mirror) {
  const root = mkdtempSync(join(tmpdir(), 'sandcell-base-'));
  try {
    chmodSync(root, 0o755); // it becomes the root folder of the image
    run('debootstrap', [
      '--variant=minbase',
      '--include=ca-certificates',
      SUITE,
      root,
      ...(mirror === undefined ? [] : [mirror]),
    ]);
    run('chroot', [root, 'useradd', '--uid', '1000', '--create-home', '--shell', '/bin/bash', 'node']);
    addNode(root);
    if (existsSync(CERTIFICATES)) copyFileSync(CERTIFICATES, join(root, CERTIFICATES));
    await importImage(root, image);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** @param {string} root */
function addNode(root) {
  const prefix = dirname(dirname(process.execPath));
  const npm = join(prefix, NPM);
  if (!existsSync(npm)) throw new Error(`${process.execPath} has no npm at ${npm}`);
  const local = join(root, 'usr/local');
  copyFileSync(process.execPath, join(local, 'bin/node'));
  cpSync(npm, join(local, NPM), { recursive: true });
  for (const command of NPM_COMMANDS)
    symlinkSync(`../${NPM}/bin/${command}-cli.js`, join(local, 'bin', command));
  // Such as one that needs libraries of its own distribution.
  run('chroot', [root, 'node', '--version']);
}

/**
 * @param {string} root
 * @param {string} image
 */
async function importImage(root, image) {
  const changes = ['CMD ["node"]', `ENV NODE_EXTRA_CA_CERTS=${CERTIFICATES}`];
  const skipped = ['./var/cache/apt/archives/*.deb', './var/lib/apt/lists/*'];
  const archive = ['--numeric-owner', ...skipped.map((path) => `--exclude=${path}`), '-C', root, '-c', '.'];
  const tar = spawn('tar', archive, { stdio: ['ignore', 'pipe', 'inherit'] });
  const docker = spawn(
    'docker',
    ['import', ...changes.flatMap((change) => ['--change', change]), '-', image],
    {
      stdio: ['pipe', 'inherit', 'inherit'],
    },
  );
  docker.stdin.on('error', () => undefined); // its exit says what was wrong
  tar.stdout.pipe(docker.stdin);
  const ends = await Promise.all([once(tar, 'exit'), once(docker, 'exit')]);
  if (ends.some(([code]) => code !== 0)) throw new Error('the image could not be made');
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
function run(command, args) {
  const { error, status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) throw new Error(`${command} cannot be started: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ended with ${String(status)}`);
}
