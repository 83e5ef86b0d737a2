/* Owns the interrupt connection, and ends what the main thread is busy with. See interrupts.mjs. */
import { Session } from 'node:inspector';
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { helloLine } from './hello.mjs';
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
} from './interrupt-state.mjs';

// A running cell that does not answer within this is busy. A busy thread without a cell (a timer of the user's own) gets longer: it may be
// collecting garbage or reading a frame, and the interrupt came late.
const GRACE_MS = { [RUNNING]: 10, [IDLE]: 250 };
const ASK_AGAIN_MS = 50;

const { address, token, shared } = workerData;
const session = new Session();
session.connectToMainThread();

const socket = connect({ path: address });
socket.on('connect', () => socket.write(helloLine('interrupt', token)));
socket.on('data', (bytes) => interrupt(bytes[bytes.length - 1]));
// The server is gone. A main thread in a loop does not see it.
socket.on('close', () => process.kill(process.pid, 'SIGKILL'));
socket.on('error', () => undefined);

parentPort.on('message', () => {
  session.disconnect();
  Atomics.store(shared, DETACHED, 1);
});
session.post('Runtime.evaluate', { expression: '0' }, () => parentPort.postMessage('attached'));

/** `cell` is the low byte of the number of the cell that is meant. */
function interrupt(cell) {
  const before = Atomics.load(shared, STATE);
  // It has ended, or another one runs already. While idle, a cell that has yet to begin is meant.
  if (((numberOf(before) & 0xff) === cell) !== (stateOf(before) !== IDLE)) return;
  const grace = GRACE_MS[stateOf(before)];
  // No grace: a termination is under way already.
  if (grace === undefined || isAnswered(numberOf(before), grace) || terminate(before)) return;
  // A cell that began while this waited was meant: its frame was on the way when the interrupt came.
  if (stateOf(before) === IDLE) interrupt(cell);
}

function isAnswered(number, graceMs) {
  const answers = Atomics.load(shared, ANSWERS);
  parentPort.postMessage(number);
  return Atomics.wait(shared, ANSWERS, answers, graceMs) !== 'timed-out';
}

/** Terminates what runs; false where the state has changed meanwhile. */
function terminate(before) {
  const number = numberOf(before);
  if (Atomics.compareExchange(shared, STATE, before, pack(number, TERMINATING)) !== before) return false;
  // A termination needs something to run, to land on.
  const asking = setInterval(() => parentPort.postMessage(number), ASK_AGAIN_MS);
  session.post('Runtime.terminateExecution', () => {
    clearInterval(asking);
    Atomics.compareExchange(shared, STATE, pack(number, TERMINATING), pack(number, LANDED));
    // What was hit may have been the answer, or may have put itself in a queue again (process.nextTick) before it was.
    if (!isAnswered(number, GRACE_MS[RUNNING])) terminate(pack(number, LANDED));
  });
  return true;
}
