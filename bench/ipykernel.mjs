import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('ipykernel.py', import.meta.url));
const INSTALL_DEADLINE_MS = 600_000;
const RUN_DEADLINE_MS = 900_000;

const run = promisify(execFile);

/** The virtual environment of the bare ipykernel: in the cache folder, one for each Python. */
export class Ipykernel {
  #folder;

  /** @param {string} version Of the Python that it is made of. */
  constructor(version) {
    const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
    this.#folder = join(cache, 'sandcell', `bench-ipykernel-${version}`);
  }

  get installed() {
    return existsSync(join(this.#folder, 'installed'));
  }

  /**
   * Makes the environment anew, from the network. Throws where pip fails.
   * @param {string} python
   */
  async install(python) {
    const options = { timeout: INSTALL_DEADLINE_MS, maxBuffer: 1e8 };
    await run(python, ['-m', 'venv', '--clear', this.#folder], options);
    await run(this.#python, ['-m', 'pip', 'install', '--quiet', 'ipykernel', 'jupyter_client'], options);
    await run(this.#python, ['-c', `open(${JSON.stringify(join(this.#folder, 'installed'))}, 'w')`], options);
  }

  /**
   * @param {readonly string[]} figures
   * @param {(n: number) => number} repetitions
   * @returns {Promise<Map<string, { samples?: number[], failure?: string }>>}
   */
  async measure(figures, repetitions) {
    const args = [PROGRAM, String(repetitions(10)), String(repetitions(500)), ...figures];
    const { stdout } = await run(this.#python, args, { timeout: RUN_DEADLINE_MS, maxBuffer: 1e8 });
    const answers = stdout.trim().split('\n').filter(Boolean);
    return new Map(answers.map((line) => JSON.parse(line)).map(({ figure, ...answer }) => [figure, answer]));
  }

  get #python() {
    return join(this.#folder, 'bin', 'python');
  }
}
