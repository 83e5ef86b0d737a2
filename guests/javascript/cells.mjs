/* The life of a cell: prepared, evaluated, closed with at most one result or error, finished with that, the marks and `done`. */
import { toBundle, toResultFrame } from './display.mjs';
import { toErrorFrame } from './errors.mjs';
import { evaluate } from './evaluate.mjs';
import { listBound } from './names.mjs';
import { stopNpm } from './npm.mjs';
import { reopenStreams, writeMark } from './output.mjs';
import { addStage, prepare } from './prepare.mjs';
import { redeclare } from './redeclare.mjs';

const EXTENSIONS = { __proto__: null, javascript: 'js', typescript: 'ts' };
// Displays of timers between two cells go out with the next one; a runaway timer must not fill the memory.
const MAX_LATE_DISPLAYS = 32;

const immediate = setImmediate;

export function createCells({ language, frames, interrupts, rememberValue }) {
  let current = null;
  let late = [];

  /** Begins a cell, or returns false where none may begin yet. */
  function execute({ id, count, mark, code }, isInterrupted) {
    const cell = {
      id,
      mark,
      code,
      name: `cell-${count}.${EXTENSIONS[language]}`,
      notes: [],
      exit: null,
      isSettled: false,
      end: null,
    };
    if (!interrupts.begin(count, () => abandon(cell))) return false;
    current = cell;
    for (const data of late) frames.send({ __proto__: null, type: 'display', id, data });
    late = [];
    if (isInterrupted) abandon(cell);
    else start(cell, code);
    return true;
  }

  function start(cell, code) {
    let script;
    try {
      cell.notes = reopenStreams();
      script = prepare(code, cell.name, language);
    } catch (thrown) {
      script = { error: { thrown } };
    }
    if (script.error !== undefined) settle(cell, script);
    else run(cell, script, { __proto__: null });
  }

  function run(cell, script, tried) {
    evaluate(script.text, cell.name, (outcome) => {
      const syntax = outcome.error?.syntax;
      const stage =
        syntax === undefined ? null : redeclare(script.text, syntax.exception?.description, tried);
      if (stage === null) return settle(cell, outcome);
      addStage(script, stage);
      run(cell, script, tried);
    });
  }

  // May run user code (a getter, a custom inspect), which may be interrupted or exit: nothing after it counts on being reached.
  function settle(cell, outcome) {
    if (cell !== current || cell.isSettled) return;
    cell.isSettled = true;
    if (outcome.isTerminated) return cell.exit === null ? close(cell, interrupted(cell)) : settleExit();
    close(cell, { frame: toFrame(cell, outcome) });
  }

  function toFrame(cell, { value, error }) {
    try {
      if (error !== undefined) return toErrorFrame(error, cell);
      const frame = toResultFrame(value, cell);
      if (frame !== null) rememberValue(value);
      return frame;
    } catch {
      // User code has replaced what the guest describes values with (String.prototype.split and the like).
      const message =
        typeof error?.thrown?.message === 'string'
          ? error.thrown.message
          : 'the outcome of the cell could not be described';
      return failed(cell, 'Uncaught', message).frame;
    }
  }

  // One turn of the event loop before the end: rejections that nobody handled are reported in it, still as output of this cell.
  function close(cell, end) {
    cell.end ??= end;
    immediate(finish, cell);
  }

  function abandon(cell) {
    stopNpm();
    cell.end ??= interrupted(cell);
    finish(cell);
  }

  // Comes twice where a termination hit Node's queue of immediates. Where one is under way the cell stays open, and is abandoned after it.
  function finish(cell) {
    if (cell !== current || !interrupts.end()) return;
    current = null;
    const { id, mark, code, notes, end } = cell;
    // A cell that did not compile bound nothing; scanning its text would say otherwise.
    const names = end.frame?.name === 'SyntaxError' ? [] : listBound(code);
    if (end.frame !== null) frames.send(end.frame);
    writeMark(mark);
    frames.send({ __proto__: null, type: 'done', id, names, notes: [...notes, ...(end.notes ?? [])] });
  }

  function settleExit() {
    const cell = current;
    if (cell === null || cell.exit === null) return;
    if (cell.exit !== 0) close(cell, failed(cell, 'ProcessExit', `process.exit(${cell.exit})`));
    else
      close(cell, { frame: null, notes: ['exit(0) ended the cell; the kernel and its variables live on'] });
  }

  return {
    execute,
    settleExit,
    /** Notes that the running cell, if any, ends by exit. */
    exit(status) {
      if (current !== null) current.exit ??= status;
    },
    note(text) {
      if (current !== null) current.notes.push(text);
    },
    display(value, mime) {
      const data = toBundle(value, mime);
      if (current !== null) frames.send({ __proto__: null, type: 'display', id: current.id, data });
      else if (late.length < MAX_LATE_DISPLAYS) late.push(data);
    },
  };
}

const interrupted = (cell) => failed(cell, 'Interrupted', 'interrupted');

function failed({ id }, name, message) {
  return {
    frame: {
      __proto__: null,
      type: 'error',
      id,
      name,
      message,
      traceback: [`${name}: ${message}`],
      line: null,
      column: null,
    },
  };
}
