/*
 * The main thread's half of interrupts; the other half is interrupt-worker.mjs.
 *
 * On an interrupt the worker first asks: a message that a free event loop answers by abandoning the cell. Where no answer comes the thread
 * is busy, and the worker has V8 terminate what runs. A termination lands a moment later, on whatever runs then: so it is only sent after
 * STATE was swapped to TERMINATING. No cell begins or ends in that state; the worker asks again once the termination has landed.
 */
import { Worker } from 'node:worker_threads';
import { resetAsyncIds } from './async-checks.mjs';
import {
  ANSWERS,
  DETACHED,
  IDLE,
  LANDED,
  numberOf,
  pack,
  RUNNING,
  STATE,
  stateOf,
  TERMINATING,
  WORDS,
} from './interrupt-state.mjs';

const DETACH_DEADLINE_MS = 500;
const { add, compareExchange, load, notify } = Atomics;
const now = performance.now.bind(performance);

/** `onAttached`: from now on cells may begin. `onIdle`: an interrupt came while none had begun. */
export function startInterrupts(address, token, { onAttached, onIdle }) {
  const shared = new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
  let isAttached = false;
  let running = null;
  const worker = new Worker(new URL('./interrupt-worker.mjs', import.meta.url), {
    workerData: { address, token, shared },
    env: {},
    execArgv: [],
    // Small, and with a code range of its own: Node 24 would reserve half a gigabyte for it.
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, codeRangeSizeMb: 4 },
  });
  worker.unref();
  worker.on('message', (message) => (message === 'attached' ? attach() : answer(message)));
  // Without it cells run all the same; the server kills what it cannot interrupt.
  worker.on('error', attach);

  function attach() {
    isAttached = true;
    onAttached();
  }

  function answer(number) {
    add(shared, ANSWERS, 1);
    notify(shared, ANSWERS);
    const word = load(shared, STATE);
    // The termination may hit this very function. The worker asks again once it has landed.
    if (stateOf(word) === TERMINATING) return;
    const next = pack(numberOf(word), running === null ? IDLE : RUNNING);
    if (stateOf(word) === LANDED) {
      if (compareExchange(shared, STATE, word, next) !== word) return;
      resetAsyncIds();
    }
    if (running === null) onIdle();
    else if (running.number === number) running.abandon();
  }

  function enterState(number, state) {
    const before = load(shared, STATE);
    const isQuiet = stateOf(before) === IDLE || stateOf(before) === RUNNING;
    return isQuiet && compareExchange(shared, STATE, before, pack(number, state)) === before;
  }

  return {
    /** Marks the cell as running, or returns false where none may begin yet. `abandon` is called, from a free event loop, when it is to end. */
    begin(number, abandon) {
      if (!isAttached || !enterState(number, RUNNING)) return false;
      running = { number, abandon };
      return true;
    },
    /** Ends it, or returns false while a termination is under way or has just landed: then `abandon` follows. */
    end() {
      if (!enterState(running.number, IDLE)) return false;
      running = null;
      return true;
    },
    /** Closes the worker's inspector session: a connected one would keep an exiting process. */
    detach() {
      worker.postMessage('detach');
      const deadline = now() + DETACH_DEADLINE_MS;
      // Not a wait: the session ends with the help of this thread.
      while (load(shared, DETACHED) === 0 && now() < deadline);
    },
  };
}
