/*
 * A termination unwinds JavaScript without the callbacks that keep Node's stack of asynchronous ids in balance. Node aborts when it sees
 * that; --no-force-async-hooks-checks says not to look, but every hook that user code enables (AsyncLocalStorage does, before Node 24)
 * makes it look again. The two counters that it goes by are only of use for that.
 */
import { createHook } from 'node:async_hooks';

let clear = () => undefined;

/** Keeps the checks off whatever user code enables. */
export function disableAsyncChecks() {
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    const { async_hook_fields: fields, clearAsyncIdStack, constants } = process.binding('async_wrap');
    clear = clearAsyncIdStack;
    const hooks = Object.getPrototypeOf(createHook({}));
    for (const name of ['enable', 'disable']) {
      const original = hooks[name];
      hooks[name] = function () {
        const result = original.call(this);
        fields[constants.kCheck] = 0;
        fields[constants.kTotals] = 0;
        return result;
      };
    }
  } catch {
    // A Node that has closed this door: an interrupt may then end a kernel that uses such hooks.
  } finally {
    process.noDeprecation = noDeprecation;
  }
}

/** After a termination: what runs from now on is in no asynchronous context of before. */
export function resetAsyncIds() {
  clear();
}
