/*
 * The JavaScript and TypeScript guest: `node kernel.mjs javascript|typescript`.
 *
 * One thread evaluates. A frame comes in, its cell is prepared (types stripped, imports rewritten), handed to V8's own REPL mode, and the
 * outcome is written back synchronously. A second thread owns the interrupt connection and ends what the first cannot leave by itself.
 * Nothing between a frame and its answer waits on a promise of the guest's own: an interrupt may drop every pending microtask.
 */
import { mkdirSync } from 'node:fs';
import { chdir, cwd, env, pid, versions } from 'node:process';
import { disableAsyncChecks } from './async-checks.mjs';
import { createCells } from './cells.mjs';
import { openFrames } from './connection.mjs';
import { installExit } from './exit.mjs';
import { installGlobals } from './globals.mjs';
import { startInterrupts } from './interrupts.mjs';
import { cellNotes } from './loader.mjs';
import { noteOwnNames } from './names.mjs';
import { installOutput } from './output.mjs';
import { warmUp } from './prepare.mjs';
import { installStackTraces } from './stack-traces.mjs';
import { installUncaught } from './uncaught.mjs';

const language = process.argv[2];
const { SANDCELL_ADDRESS: address, SANDCELL_TOKEN: token } = env;
for (const name of ['SANDCELL_ADDRESS', 'SANDCELL_TOKEN', 'SANDCELL_PRELOAD']) delete env[name];

let held = null;
const frames = openFrames(address, token, { onFrame, onEnd: () => leave(0) });
frames.send({ __proto__: null, type: 'ready', protocol: 1, language, version: versions.node, pid });
const interrupts = startInterrupts(address, token, { onAttached: runHeld, onIdle: interruptHeld });

installOutput();
installStackTraces();
installUncaught();
disableAsyncChecks();
const display = (value, mime) => cells.display(value, mime);
const rememberValue = installGlobals({ language, display });
noteOwnNames();
const cells = createCells({ language, frames, interrupts, rememberValue });
cellNotes.note = cells.note;
const { leave } = installExit({ cells, interrupts });
// After `ready`: nobody waits for the compiler yet.
setImmediate(warmUp, language);

function onFrame(frame) {
  if (frame.type === 'enter') frames.send(enter(frame));
  else if (frame.type === 'execute') {
    held = { frame, isInterrupted: false };
    runHeld();
  }
}

// A cell waits for the second thread to attach: it would never get an answer from a thread that is already busy with user code.
// It also waits for a termination to land that was meant for a timer.
function runHeld() {
  const cell = held;
  // Before it runs: a termination may keep this from being reached after it.
  held = null;
  if (cell !== null && !cells.execute(cell.frame, cell.isInterrupted)) held = cell;
}

function interruptHeld() {
  if (held !== null) held.isInterrupted = true;
  runHeld();
}

function enter(frame) {
  try {
    mkdirSync(frame.cwd, { recursive: true });
    chdir(frame.cwd);
    Object.assign(env, frame.env);
    process.argv = [process.argv[0], `${cwd()}/cell.mjs`];
    return { __proto__: null, type: 'entered' };
  } catch (error) {
    return { __proto__: null, type: 'refused', message: error.message };
  }
}
