import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './cells.ts';
import { descendantsOf, type FoundProcess } from './processes.ts';

const SYSTEM_PYTHON = '/usr/bin/python3';
const VERSION = '3.99.0';
/** Of the kernels, without the programs around them. */
const GUEST = /^(?!.*\b(?:nsenter|bwrap)\b).*\/guests\/python/;

/** A Python whose kernels can be kept from getting ready: however slow the test is, they are not before it lets them. */
export class HeldPython implements Disposable {
  /** For a server that is to have no other Python. */
  readonly env: Record<string, string>;
  readonly #home = mkdtempSync(join(tmpdir(), 'held-python-'));
  readonly #mark: string;

  constructor() {
    const prefix = join(this.#home, '.pyenv/versions', VERSION);
    this.env = { HOME: this.#home, SANDCELL_PYTHON_VERSION: VERSION };
    this.#mark = join(prefix, 'held');
    mkdirSync(join(prefix, 'bin'), { recursive: true });
    chmodSync(this.#home, 0o755); // a sandbox may run as another user
    // Asked for its version, it answers as CPython does; a kernel waits while the mark is there, which its sandbox sees.
    const script = `#!/bin/sh
case "$*" in
*guests/python*)
  while [ -e '${this.#mark}' ]; do sleep 0.01; done
  exec ${SYSTEM_PYTHON} "$@" ;;
*) printf '%s\\0' '${VERSION}' cpython '${prefix}' '${prefix}'; printf '%s' '${prefix}' ;;
esac
`;
    writeFileSync(join(prefix, 'bin/python3'), script, { mode: 0o755 });
  }

  /** Kernels that start from now on wait. */
  hold(): void {
    writeFileSync(this.#mark, '');
  }

  letGo(): void {
    rmSync(this.#mark, { force: true });
  }

  /** Resolves when so many kernels of a server wait. */
  async waiting(pid: number, count: number): Promise<FoundProcess[]> {
    const guests = (): FoundProcess[] => descendantsOf(pid).filter(({ command }) => GUEST.test(command));
    await until(`${String(count)} kernels wait`, () => guests().length >= count);
    return guests();
  }

  [Symbol.dispose](): void {
    rmSync(this.#home, { recursive: true, force: true });
  }
}
