import { closeSync, constants, lstatSync, mkdirSync, openSync, readlinkSync, type Stats } from 'node:fs';
import { isRunning, startTimeOf } from '../../../processes/proc.ts';
import { codeOfError, PorterError } from './porter-error.ts';
import type { PorterPlace } from './porter-protocol.ts';

// How it works: code in the sandbox may replace any part of a path at any moment, so the system must never walk one.
// Each step opens one name below a descriptor, by way of /proc/self/fd/N/NAME, and refuses a link there (O_NOFOLLOW).
// Links are read and followed here, from the root of the sandbox. Whatever is swapped meanwhile, a step stays below the
// folder that the step before has opened.

/** Opens without reading; Node does not name it. The same on every architecture that we run on. */
const O_PATH = 0o10000000;
const { O_DIRECTORY, O_NOFOLLOW } = constants;
const MAX_LINKS = 40;
/** Bounds what links with many `..` can cost. */
const MAX_STEPS = 10_000;
const FOLDER_MODE = 0o755;

/** A name in an open folder. What is there is up to the sandbox at any moment; disposing it closes the folder. */
export class Spot implements Disposable {
  /** /proc/self/fd/N */
  readonly folder: string;
  /** /proc/self/fd/N/NAME: for calls that do not follow a link in the last place. */
  readonly at: string;
  /** Whether it is one of the folders that may be used itself. */
  readonly isRoot: boolean;
  #fd: number | undefined;

  constructor(fd: number, name: string, isRoot: boolean) {
    this.#fd = fd;
    this.folder = descriptor(fd);
    this.at = `${this.folder}/${name}`;
    this.isRoot = isRoot;
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined; // its number may be another file's by the second time
  }
}

interface WalkOptions {
  /** Whether a link in the last place is followed. */
  follow: boolean;
  /** Whether missing folders on the way are made. */
  make?: boolean;
}

/** Where a path leads. Throws PorterError, and the system's errors, where that is nowhere or outside. */
export function walk(place: PorterPlace, path: string, options: WalkOptions): Spot {
  using walker = new Walker(place, path, options);
  for (let steps = 0; steps < MAX_STEPS; steps += 1) {
    const spot = walker.step();
    if (spot) return spot;
  }
  throw new PorterError('ELOOP');
}

class Walker implements Disposable {
  readonly #place: PorterPlace;
  readonly #options: WalkOptions;
  readonly #todo: string[];
  /** What has been walked, without links. */
  #done: string[] = [];
  #folder: number | undefined;
  #links = 0;

  constructor(place: PorterPlace, path: string, options: WalkOptions) {
    this.#place = place;
    this.#options = options;
    this.#todo = namesOf(path);
    this.#folder = openRoot(place);
  }

  /** Undefined as long as it is on the way. */
  step(): Spot | undefined {
    const name = this.#todo.shift();
    if (name === undefined || this.#folder === undefined) throw new PorterError('OUTSIDE', '/');
    if (name === '..') {
      this.#todo.unshift(...this.#done.slice(0, -1));
      this.#backToRoot();
      return undefined;
    }
    const { roots } = this.#place;
    const isLast = this.#todo.length === 0;
    const real = `/${[...this.#done, name].join('/')}`;
    checkAllowed(roots, real, isLast);
    const at = `${descriptor(this.#folder)}/${name}`;
    const link = isLast && !this.#options.follow ? undefined : linkAt(at);
    if (link !== undefined) {
      this.#follow(link);
      return undefined;
    }
    if (isLast) {
      const spot = new Spot(this.#folder, name, roots.includes(real));
      this.#folder = undefined; // the spot's from now on
      return spot;
    }
    this.#enter(openFolder(at, this.#options.make));
    this.#done.push(name);
    return undefined;
  }

  [Symbol.dispose](): void {
    if (this.#folder !== undefined) closeSync(this.#folder);
    this.#folder = undefined;
  }

  #follow(link: string): void {
    this.#links += 1;
    if (this.#links > MAX_LINKS) throw new PorterError('ELOOP');
    this.#todo.unshift(...namesOf(link));
    if (link.startsWith('/')) this.#backToRoot();
  }

  #backToRoot(): void {
    this.#enter(openRoot(this.#place));
    this.#done = [];
  }

  #enter(folder: number): void {
    this[Symbol.dispose]();
    this.#folder = folder;
  }
}

/** Opens a folder itself, to be walked further from. Throws ENOTDIR where something else is there, a link too. */
export function openFolder(at: string | Buffer, make = false): number {
  if (make) makeMissing(at);
  return openSync(at, O_PATH | O_DIRECTORY | O_NOFOLLOW);
}

export function makeMissing(at: string | Buffer): void {
  try {
    mkdirSync(at, { mode: FOLDER_MODE });
  } catch (error) {
    if (codeOfError(error) !== 'EEXIST') throw error;
  }
}

/** The path under which the system knows an open descriptor of this process. */
export function descriptor(fd: number): string {
  return `/proc/self/fd/${String(fd)}`;
}

/** Opens whatever is there without touching it: a FIFO or a device would notice. */
export function openUntouched(at: string): number {
  return openSync(at, O_PATH | O_NOFOLLOW);
}

/** Undefined where nothing is there. */
export function statAt(at: string | Buffer): Stats | undefined {
  return lstatSync(at, { throwIfNoEntry: false });
}

function openRoot({ pid, startTime }: PorterPlace): number {
  let root: number;
  try {
    root = openSync(`/proc/${String(pid)}/root`, O_PATH | O_DIRECTORY);
  } catch (error) {
    // Of a process that is ending the root can be closed already, or be told apart from nobody's.
    if (!isRunning(pid) || startTimeOf(pid) !== startTime || codeOfError(error) === 'ENOENT')
      throw new PorterError('GONE');
    throw error;
  }
  // Asked afterwards: a process of this pid that began then was this process when its root was opened.
  if (startTimeOf(pid) === startTime) return root;
  closeSync(root);
  throw new PorterError('GONE');
}

/** A path may lead through a parent of the folders that may be used, not end there. */
function checkAllowed(roots: readonly string[], real: string, isLast: boolean): void {
  const isInside = roots.some((root) => real === root || real.startsWith(`${root}/`));
  const isOnTheWay = !isLast && roots.some((root) => root.startsWith(`${real}/`));
  if (!isInside && !isOnTheWay) throw new PorterError('OUTSIDE', real);
}

function linkAt(at: string): string | undefined {
  try {
    return readlinkSync(at);
  } catch (error) {
    // EINVAL: no link. ENOENT: for the caller, who may make it.
    if (['EINVAL', 'ENOENT'].includes(codeOfError(error) ?? '')) return undefined;
    throw error;
  }
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
