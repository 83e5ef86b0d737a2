/* Owns the interrupt connection, and ends what the main thread is busy with. See interrupts.mjs. */
import { Session } from 'node:inspector';
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { ANSWERS, DETACHED, IDLE, LANDED, STATE, TERMINATING } from './interrupt-state.mjs';

// A running cell that does not answer within this is busy. A busy thread without a cell (a timer of the user's own) gets longer: it may be
// collecting garbage or reading a frame, and the interrupt was late.
const RUNNING_GRACE_MS = 10;
const IDLE_GRACE_MS = 250;

const { address, token, shared } = workerData;
const session = new Session();
session.connectToMainThread();

const socket = connect({ path: address });
socket.on('connect', () => socket.write(`${JSON.stringify({ type: 'hello', role: 'interrupt', token })}\n`));
socket.on('data', interrupt);
// The server is gone. A main thread in a loop does not see it.
socket.on('close', () => process.kill(process.pid, 'SIGKILL'));
socket.on('error', () => process.kill(process.pid, 'SIGKILL'));

parentPort.on('message', () => {
  session.disconnect();
  Atomics.store(shared, DETACHED, 1);
});
session.post('Runtime.evaluate', { expression: '0' }, () => parentPort.postMessage('ready'));

function interrupt() {
  const before = Atomics.load(shared, STATE);
  const state = before & 3;
  const number = before >> 2;
  if (state === TERMINATING) return;
  const answers = Atomics.load(shared, ANSWERS);
  parentPort.postMessage(number);
  const grace = state === IDLE ? IDLE_GRACE_MS : RUNNING_GRACE_MS;
  if (Atomics.wait(shared, ANSWERS, answers, grace) !== 'timed-out') return;
  Atomics.store(shared, LANDED, 0);
  if (Atomics.compareExchange(shared, STATE, before, (number << 2) | TERMINATING) !== before) return;
  session.post('Runtime.terminateExecution', () => {
    Atomics.store(shared, LANDED, 1);
    // Asked again: what the termination hit may have been the answer.
    parentPort.postMessage(number);
  });
}
