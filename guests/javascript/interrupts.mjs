/*
 * The main thread's half of interrupts; the other half is interrupt-worker.mjs.
 *
 * On an interrupt the worker first asks: a message that a free event loop answers by abandoning the cell. Where no answer comes the thread
 * is busy, and the worker has V8 terminate what runs. A termination lands a moment later on whatever runs then. So it is only sent after
 * STATE was swapped to TERMINATING, and a thread that finds this where a cell starts or ends lets it land on a loop made for that.
 */
import { Session } from 'node:inspector';
import { Worker } from 'node:worker_threads';
import { ANSWERS, DETACHED, IDLE, LANDED, RUNNING, STATE, TERMINATING, WORDS } from './interrupt-state.mjs';

const DETACH_DEADLINE_MS = 500;
// About three seconds, in case that the termination never comes. No name in it that user code could have replaced.
const LANDING_LOOP = 'for (let i = 0; i < 4e9; i++);';

const { add, compareExchange, load, notify, store } = Atomics;
const now = performance.now.bind(performance);

/** `onReady` is called once: from then on cells can be interrupted (or never will be, and the server's kill has to do). */
export function startInterrupts(address, token, { onReady }) {
  const shared = new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
  const session = new Session();
  session.connect();
  let isReady = false;
  let running = null;
  const worker = new Worker(new URL('./interrupt-worker.mjs', import.meta.url), {
    workerData: { address, token, shared },
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  worker.unref();
  worker.on('error', becomeReady);
  worker.on('message', (message) => (message === 'ready' ? becomeReady() : answer(message)));

  function becomeReady() {
    if (isReady) return;
    isReady = true;
    onReady();
  }

  function answer(number) {
    add(shared, ANSWERS, 1);
    notify(shared, ANSWERS);
    if (running !== null && running.number === number) running.abandon();
    else if (running === null) enterState(load(shared, STATE) >> 2, IDLE);
  }

  function enterState(number, state, hasLanded = false) {
    const before = load(shared, STATE);
    if (
      (before & 3) !== TERMINATING &&
      compareExchange(shared, STATE, before, (number << 2) | state) === before
    )
      return;
    if (!hasLanded && load(shared, LANDED) === 0)
      session.post('Runtime.evaluate', { expression: LANDING_LOOP });
    store(shared, STATE, (number << 2) | state);
  }

  return {
    isReady: () => isReady,
    /** Marks the cell as running. `abandon` is called, from a free event loop, when it is to end. */
    begin(number, abandon) {
      running = { number, abandon };
      enterState(number, RUNNING);
    },
    /** Returns with no termination under way. `hasLanded`: the cell was ended by one. */
    end(hasLanded) {
      const { number } = running;
      running = null;
      enterState(number, IDLE, hasLanded);
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
