/*
 * Evaluation by V8's own REPL mode: top-level await, const and class that can be declared again, the completion value.
 *
 * REPL mode runs a cell as an async function. The inspector would give the value as a remote object; the promise of that function holds the
 * real one, and is the first promise made during the call. It has to be held in any case: where a cell awaits what nothing refers to, the
 * garbage collector takes its promise, and the inspector of Node 22 then calls JavaScript from within the collection and aborts.
 */
import { Session } from 'node:inspector';
import { promiseHooks } from 'node:v8';

const { then } = Promise.prototype;
const { apply } = Reflect;
const { defineProperty } = Object;
const VALUE = '.repl_result';

const session = new Session();
session.connect();
// By number; what an abandoned cell still waits for must stay alive as well.
const pending = { __proto__: null };
let evaluations = 0;

/**
 * Calls `onOutcome` once, or never where the cell never ends: {value}, {error: {thrown}}, {error: {syntax}} (a reply of the inspector, for
 * a cell that was not run at all), or {isTerminated}.
 */
export function evaluate(text, name, onOutcome) {
  let promise;
  let reply;
  const stop = promiseHooks.onInit((created) => {
    promise = created;
    stop();
  });
  session.post(
    'Runtime.evaluate',
    { expression: `${text}\n//# sourceURL=${name}`, replMode: true, objectGroup: 'cell' },
    (failure, answer) => {
      reply = { failure, details: answer?.exceptionDetails };
      session.post('Runtime.releaseObjectGroup', { objectGroup: 'cell' });
    },
  );
  stop();
  // A reply that came synchronously is about a cell that did not start, or did not get to its first await.
  if (reply?.failure) return onOutcome({ isTerminated: true });
  if (reply?.details) return onOutcome({ error: { syntax: reply.details } });
  // Only where user code broke the inspector's own messages (a toJSON on Object.prototype).
  if (promise === undefined)
    return onOutcome({ error: { thrown: new Error('V8 could not be asked to run the cell') } });
  const number = evaluations++;
  pending[number] = promise;
  // Without a constructor `then` makes a plain promise, whatever user code did to the class.
  defineProperty(promise, 'constructor', { __proto__: null, value: undefined });
  const settled = (outcome) => {
    delete pending[number];
    onOutcome(outcome);
  };
  apply(then, promise, [
    (value) => settled({ value: value?.[VALUE] }),
    (thrown) => settled({ error: { thrown } }),
  ]);
}
