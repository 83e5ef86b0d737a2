/* process.exit ends the cell, process.reallyExit the kernel. */
import { Session } from 'node:inspector';

const FATAL = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGABRT', 'SIGSEGV', 9, 15, 2, 1];

/** Replaces both on `process`. Returns `leave(code)`, which ends the process now. */
export function installExit({ cells, interrupts }) {
  const session = new Session();
  session.connect();
  const exitProcess = process.reallyExit.bind(process);
  const immediate = setImmediate;

  function leave(code) {
    // A connected inspector session would keep the process, and say so on stderr.
    interrupts.detach();
    exitProcess(code);
  }

  process.exit = function exit(code = process.exitCode) {
    const status = Number(code ?? 0) & 0xff;
    process.exitCode = undefined;
    // An exception could be caught; termination cannot. It also drops every pending microtask, ours too where exit was called after an
    // await: the immediate is what ends the cell then.
    cells.exit(status);
    immediate(cells.settleExit);
    session.post('Runtime.terminateExecution');
    for (;;);
  };
  // Ends the process as well, where the signal is one that does and nobody handles it.
  const { kill, listenerCount } = process;
  process.kill = function (pid, signal = 'SIGTERM') {
    if (Number(pid) === process.pid && FATAL.includes(signal) && listenerCount.call(process, signal) === 0)
      interrupts.detach();
    return kill.call(process, pid, signal);
  };
  process.reallyExit = (code = process.exitCode) => leave(Number(code ?? 0));
  return { leave };
}
