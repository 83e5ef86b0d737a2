// Makes a fresh clone ready: Node packages, the system packages that sandboxes need, the build.
// It runs before anything is installed and therefore uses Node alone; where all is there it only looks.
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Commands that the sandboxes call, and the package that brings each one: every package manager calls it the same. */
const SYSTEM_COMMANDS = {
  bwrap: 'bubblewrap',
  nsenter: 'util-linux',
  prlimit: 'util-linux',
  setpriv: 'util-linux',
  unshare: 'util-linux',
};

/** What Go cells are linked with, where Go is installed: without them Go does not run, or runs slowly. */
const GO_COMMANDS = { gcc: 'gcc', 'ld.lld': 'lld' };

/** npm gives its scripts the settings of the repository as variables, which outdo the .npmrc of another folder. */
const ANY_NODE = ['--engine-strict=false', '--ignore-scripts'];

const PACKAGE_MANAGERS = {
  'apt-get': (packages) => `apt-get update && apt-get install -y --no-install-recommends ${packages}`,
  dnf: (packages) => `dnf install -y ${packages}`,
  pacman: (packages) => `pacman -Sy --noconfirm ${packages}`,
  apk: (packages) => `apk add ${packages}`,
  zypper: (packages) => `zypper --non-interactive install ${packages}`,
};

checkNode();
installSystemPackages();
installGoPackages();
installNodePackages();
if (process.argv.includes('--external')) installNodePackages('test/external', ANY_NODE);
build();

function checkNode() {
  const wanted = readJson('package.json').engines.node.replace('>=', '').split('.').map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > wanted[0] || (major === wanted[0] && minor >= wanted[1])) return;
  fail(`Sandcell needs Node ${wanted.join('.')} or newer; this is ${process.versions.node}.`);
}

function installNodePackages(folder = '', options = []) {
  if (nodePackagesAreThere(folder)) return;
  say(`Installing the Node packages ${folder && `of ${folder} `}(npm ci)`);
  // npm tells its scripts where it is itself; beside it there may be no `npm` in the PATH.
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js')
    ? [process.execPath, process.env.npm_execpath]
    : ['npm'];
  run([...npm, 'ci', '--include=dev', ...options], 'npm ci', folder);
}

/** Whether what npm last wrote into node_modules is what the lock file asks for, packages of other systems aside. */
function nodePackagesAreThere(folder) {
  const installed = readJson(join(folder, 'node_modules/.package-lock.json'))?.packages;
  if (installed === undefined) return false;
  return Object.entries(readJson(join(folder, 'package-lock.json')).packages).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed[path];
    return found === undefined ? wanted.optional === true : found.integrity === wanted.integrity;
  });
}

function installSystemPackages() {
  if (missingPackages().length === 0) return;
  if (process.platform !== 'linux') {
    fail(
      'Sandcell runs code in bubblewrap sandboxes, which need Linux; on macOS or Windows, use a Linux VM or WSL 2.',
    );
  }
  const packages = missingPackages().join(' ');
  const manager = Object.keys(PACKAGE_MANAGERS).find(isInPath);
  if (manager === undefined)
    fail(`Sandcell needs these system packages: ${packages}. Install them and run this again.`);

  const command = PACKAGE_MANAGERS[manager](packages);
  const byHand = `Install the system packages that Sandcell needs, then run this again:\n  ${asRoot(command)}`;
  const shell = rootShell();
  if (shell === undefined) fail(byHand);
  say(`Installing system packages: ${packages}`);
  run([...shell, command], byHand);
  if (missingPackages().length > 0) fail(`Still not in the PATH: ${missingPackages().join(', ')}. ${byHand}`);
}

/** Never fatal: Go is one language of six, and the slower linker does. */
function installGoPackages() {
  if (!isInPath('go') && !exists('/usr/local/go/bin/go')) return;
  const missing = missingPackages(GO_COMMANDS);
  if (missing.length === 0) return;
  const manager = Object.keys(PACKAGE_MANAGERS).find(isInPath);
  const shell = rootShell();
  const byHand = `for fast Go cells, install: ${missing.join(' ')}`;
  if (manager === undefined || shell === undefined) return say(byHand);
  say(`Installing what Go cells are linked with: ${missing.join(' ')}`);
  const [command, ...args] = [...shell, PACKAGE_MANAGERS[manager](missing.join(' '))];
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) say(`That failed; ${byHand}`);
}

function missingPackages(commands = SYSTEM_COMMANDS) {
  const missing = Object.entries(commands).filter(([command]) => !isInPath(command));
  return [...new Set(missing.map(([, name]) => name))];
}

/** A shell that may install packages, or undefined where only a person with a password may. */
function rootShell() {
  const shell = ['env', 'DEBIAN_FRONTEND=noninteractive', 'sh', '-c'];
  if (isRoot()) return shell;
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n', ...shell] : undefined;
}

function asRoot(command) {
  return isRoot() ? command : command.replaceAll(/(^|&& )/g, '$1sudo ');
}

function isRoot() {
  return process.getuid() === 0;
}

function build() {
  const stamp = 'node_modules/.cache/sandcell/built';
  const inputs = JSON.stringify(buildInputs());
  if (read(stamp) === inputs && read('dist/cli.js') !== undefined) return;
  say('Building');
  run(
    [process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
    'the build',
  );
  mkdirSync(join(root, stamp, '..'), { recursive: true });
  writeFileSync(join(root, stamp), inputs);
}

/** Path, size and time of change of everything the build reads. */
function buildInputs() {
  const sources = readdirSync(join(root, 'src'), { recursive: true }).filter((path) => path.endsWith('.ts'));
  const files = [
    ...sources.map((path) => join('src', path)),
    'tsconfig.json',
    'tsconfig.build.json',
    'package-lock.json',
  ];
  return files.sort().map((path) => {
    const { size, mtimeMs } = statSync(join(root, path));
    return [path, size, mtimeMs];
  });
}

function isInPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function run([command, ...args], what, folder = '') {
  const { status, error } = spawnSync(command, args, {
    cwd: join(root, folder),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) fail(`Failed${error ? ` (${error.message})` : ''}: ${what}`);
}

function exists(path) {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function read(path) {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}

function readJson(path) {
  const text = read(path);
  return text === undefined ? undefined : JSON.parse(text);
}

function say(text) {
  process.stdout.write(`setup: ${text}\n`);
}

function fail(text) {
  process.stderr.write(`setup: ${text}\n`);
  process.exit(1);
}
