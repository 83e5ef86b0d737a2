import { readdirSync } from 'node:fs';
import { treeOf } from '../processes.mjs';
import { sleep } from '../statistics.mjs';

/**
 * @typedef {object} Held What the server has while no visitor is there.
 * @property {number} sessions
 * @property {number} processes Itself and all below it.
 * @property {number} descriptors
 * @property {number} heapMiB After garbage was collected.
 * @property {number} rssMiB
 */

const POLL_MS = 1000;
/** For as long nothing may have changed. */
const STEADY_POLLS = 8;
/** The longest cell, the idle time, and what a loaded machine needs. */
const DEADLINE_MS = 180_000;

/** What a server holds, counted from outside and from its log. */
export class HeldByServer {
  #server;
  #begun = 0;
  #ended = 0;
  /** @type {Record<string, number>} */
  problems = {};
  /** @type {(line: import('../http-server.mjs').LogLine) => void} */
  #onMemory = () => undefined;

  /** @param {import('../http-server.mjs').HttpBenchServer} server */
  constructor(server) {
    this.#server = server;
    server.onLog = (line) => {
      if (line.msg === 'a session has begun') this.#begun += 1;
      if (line.msg === 'a session has ended') this.#ended += 1;
      if (line.msg === 'memory') this.#onMemory(line);
      if (line.level === 'error' || line.level === 'warn')
        this.problems[line.msg] = (this.problems[line.msg] ?? 0) + 1;
    };
  }

  get begun() {
    return this.#begun;
  }

  /**
   * Waits until only `sessions` are left and nothing changes any more; what is there after the deadline is the answer, too.
   * @param {number} sessions
   * @returns {Promise<Held>}
   */
  async whenQuiet(sessions) {
    const deadlineMs = performance.now() + DEADLINE_MS;
    let last = '';
    for (let steady = 0; steady < STEADY_POLLS && performance.now() < deadlineMs; steady += 1) {
      const now = JSON.stringify(this.#count());
      if (now !== last || this.#count().sessions !== sessions) steady = 0;
      last = now;
      await sleep(POLL_MS);
    }
    return { ...this.#count(), ...(await this.#memory()) };
  }

  #count() {
    const { pid } = this.#server;
    const descriptors = readdirSync(`/proc/${String(pid)}/fd`).length;
    return { sessions: this.#begun - this.#ended, processes: treeOf(pid).length, descriptors };
  }

  /** @returns {Promise<Pick<Held, 'heapMiB' | 'rssMiB'>>} */
  async #memory() {
    const said = new Promise((resolve) => {
      this.#onMemory = resolve;
    });
    this.#server.signal('SIGUSR2');
    const { heapMiB, rssMiB } = await said;
    return { heapMiB, rssMiB };
  }
}
