/* The life of a cell: prepared, evaluated, closed with at most one result or error, finished with the marks and `done`. */
import { toBundle, toResultFrame } from './display.mjs';
import { toErrorFrame } from './errors.mjs';
import { evaluate } from './evaluate.mjs';
import { listBound } from './names.mjs';
import { writeMark } from './output.mjs';
import { prepare } from './prepare.mjs';

const EXTENSIONS = { __proto__: null, javascript: 'js', typescript: 'ts' };
// Displays of timers between two cells go out with the next one; a runaway timer must not fill the memory.
const MAX_LATE_DISPLAYS = 32;

const immediate = setImmediate;

export function createCells({ language, frames, interrupts, rememberValue }) {
  let current = null;
  let late = [];

  function execute({ id, count, mark, code }) {
    const cell = {
      id,
      mark,
      code,
      count,
      name: `cell-${count}.${EXTENSIONS[language]}`,
      exit: null,
      isSettled: false,
      isClosed: false,
    };
    current = cell;
    interrupts.begin(count, () => close(cell, errorFrame(cell, 'Interrupted', 'interrupted')));
    for (const data of late) frames.send({ __proto__: null, type: 'display', id, data });
    late = [];
    const script = prepare(code, cell.name, language);
    if (script.error !== undefined) settle(cell, script);
    else evaluate(script.text, cell.name, (outcome) => settle(cell, outcome));
  }

  // May run user code (a getter, a custom inspect), which may be interrupted or exit: nothing after it counts on being reached.
  function settle(cell, outcome) {
    if (cell !== current || cell.isSettled) return;
    cell.isSettled = true;
    if (outcome.isTerminated)
      return cell.exit === null
        ? close(cell, errorFrame(cell, 'Interrupted', 'interrupted'), true)
        : settleExit();
    const frame = outcome.error ? toErrorFrame(outcome.error, cell) : toResultFrame(outcome.value, cell);
    if (!outcome.error && outcome.value !== undefined) rememberValue(outcome.value);
    close(cell, frame);
  }

  function close(cell, frame, wasTerminated = false, notes = []) {
    if (cell.isClosed) return;
    cell.isClosed = true;
    interrupts.end(wasTerminated);
    if (frame !== null) frames.send(frame);
    // One turn of the event loop: rejections that nobody handled are reported in it, still as output of this cell.
    immediate(() => finish(cell, notes));
  }

  function finish(cell, notes) {
    const names = listBound(cell.code);
    current = null;
    writeMark(cell.mark);
    frames.send({ __proto__: null, type: 'done', id: cell.id, names, notes });
  }

  function settleExit() {
    const cell = current;
    if (cell === null || cell.exit === null) return;
    if (cell.exit === 0)
      close(cell, null, false, ['exit(0) ended the cell; the kernel and its variables live on']);
    else close(cell, errorFrame(cell, 'ProcessExit', `process.exit(${cell.exit})`));
  }

  return {
    execute,
    settleExit,
    /** Notes that the running cell, if any, ends by exit. */
    exit(status) {
      if (current !== null) current.exit ??= status;
    },
    display(value, mime) {
      const data = toBundle(value, mime);
      if (current !== null && !current.isClosed)
        frames.send({ __proto__: null, type: 'display', id: current.id, data });
      else if (late.length < MAX_LATE_DISPLAYS) late.push(data);
    },
  };
}

function errorFrame(cell, name, message) {
  return {
    __proto__: null,
    type: 'error',
    id: cell.id,
    name,
    message,
    traceback: [`${name}: ${message}`],
    line: null,
    column: null,
  };
}
