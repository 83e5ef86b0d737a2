import { readFileSync, readlinkSync } from 'node:fs';

/**
 * The processes of the kernel whose guest stands in `cwd`: from the server's own child down to the guest, and below it.
 * @param {number} server
 * @param {string} cwd As the guest sees it; only one kernel may stand there.
 */
export function kernelIn(server, cwd) {
  for (const child of childrenOf(server)) {
    const chain = chainFrom(child);
    const guest = chain.find((pid) => cwdOf(pid) === cwd);
    if (guest !== undefined) return { guest, all: chain };
  }
  throw new Error(`no kernel of the server ${String(server)} stands in ${cwd}`);
}

/**
 * The processes of the server's first anchor: bwrap, its init, and the process that holds the namespaces.
 * @param {number} server
 */
export function anchorOf(server) {
  const anchor = childrenOf(server)
    .map(chainFrom)
    .find((chain) => commandOf(chain[chain.length - 1] ?? 0)[0] === 'cat');
  if (!anchor) throw new Error(`the server ${String(server)} has no anchor`);
  return anchor;
}

/**
 * A process and everything below it.
 * @param {number} pid
 * @returns {number[]}
 */
export function treeOf(pid) {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

/** @param {number[]} pids */
export function pssMiB(...pids) {
  return pids.reduce((sum, pid) => sum + kib(`/proc/${String(pid)}/smaps_rollup`, 'Pss'), 0) / 1024;
}

/** @param {number} pid */
export function rssMiB(pid) {
  return kib(`/proc/${String(pid)}/status`, 'VmRSS') / 1024;
}

/**
 * @param {string} file
 * @param {string} name
 */
function kib(file, name) {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'utf8'));
  if (!found) throw new Error(`${file} has no ${name}`);
  return Number(found[1]);
}

/**
 * A process and its only child, that one's only child and so on.
 * @param {number} pid
 * @returns {number[]}
 */
function chainFrom(pid) {
  const [child] = childrenOf(pid);
  return child === undefined ? [pid] : [pid, ...chainFrom(child)];
}

/** @param {number} pid */
function childrenOf(pid) {
  try {
    const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
    return children.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** @param {number} pid */
function cwdOf(pid) {
  try {
    return readlinkSync(`/proc/${String(pid)}/cwd`);
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function commandOf(pid) {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
