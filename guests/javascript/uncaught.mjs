/* What is thrown in a timer, an event handler or a promise that nobody awaits: reported, and the kernel lives. */
import { formatError } from './errors.mjs';
import { writeError } from './output.mjs';

const WHERE = 'Uncaught (in a timer or a promise)';

export function installUncaught() {
  const { emit, listenerCount } = process;
  // The capture callback instead of an event handler: removeAllListeners() cannot take it away. Handlers of the user's own go first.
  process.setUncaughtExceptionCaptureCallback((thrown) => {
    try {
      if (listenerCount.call(process, 'uncaughtException') > 0)
        emit.call(process, 'uncaughtException', thrown, 'uncaughtException');
      else writeError(`${WHERE} ${formatError(thrown)}\n`);
    } catch (error) {
      writeError(`${WHERE} ${formatError(error)}\n`);
    }
  });
}
