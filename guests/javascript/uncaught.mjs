/* What is thrown in a timer, an event handler or a promise that nobody awaits: reported, and the kernel lives. */
import { toText } from './display.mjs';
import { writeError } from './output.mjs';

const WHERE = 'Uncaught (in a timer or a promise)';
// Node's words for a promise that was rejected with something else than an error.
const REASON = /rejected with the reason "([^]*)"\.$/;

export function installUncaught() {
  const { emit, listenerCount } = process;
  // The capture callback instead of an event handler: removeAllListeners() cannot take it away. Handlers of the user's own go first.
  process.setUncaughtExceptionCaptureCallback((thrown) => {
    try {
      if (listenerCount.call(process, 'uncaughtException') > 0)
        emit.call(process, 'uncaughtException', thrown, 'uncaughtException');
      else report(thrown);
    } catch (error) {
      report(error);
    }
  });
}

function report(thrown) {
  let text = 'what was thrown cannot be shown';
  try {
    text =
      thrown?.code === 'ERR_UNHANDLED_REJECTION'
        ? (REASON.exec(thrown.message)?.[1] ?? toText(thrown))
        : toText(thrown);
  } catch {
    // What is thrown in here would end the process.
  }
  writeError(`${WHERE} ${text}\n`);
}
