import type { Language } from '../../src/languages.ts';
import { bash } from './languages/bash.ts';
import { go } from './languages/go.ts';
import { java } from './languages/java.ts';
import { javascript, typescript } from './languages/javascript.ts';
import { python } from './languages/python.ts';

/** A cell that succeeds, and what it gives: nothing on a stream that is not named, and no result. */
export interface Step {
  code: string;
  stdout?: string;
  stderr?: string;
  result?: string;
}

/** A cell that fails, and how. */
export interface Failure {
  code: string;
  name: string;
  message: string | RegExp;
  line: number | null;
  column: number | null;
  /** Parts of the traceback. */
  traceback?: readonly string[];
}

/** What the contract suite needs to know of one language. Paths are relative to /workspace. */
export interface LanguageRow {
  language: Language;
  /** Sets the variable that {@link LanguageRow.getValue} reads. */
  setValue: (value: number) => string;
  /** The same, in a cell that has set it already; left out where {@link LanguageRow.setValue} can be repeated. */
  changeValue?: (value: number) => string;
  getValue: (value: number) => Step;
  /** What lives on from the cell `define` to the cell `use`. */
  persists: readonly { what: string; define: string; use: Step }[];
  redefines: readonly { what: string; first: string; second: string; use: Step }[];
  lastExpressions: readonly Step[];
  /** Cells without anything to run. */
  empty: readonly string[];
  bothStreams: Step;
  unicode: Step;
  noNewline: Step;
  /** A child process that writes to both streams. */
  subprocess: Step;
  printLines: (count: number) => string;
  printErrorLines: (count: number) => string;
  errors: readonly (Failure & { what: string })[];
  /** An error in a function of an earlier cell: `line` is where this cell called it. */
  errorInEarlierCell: { define: string; call: Failure };
  /** Prints "ready" and never ends. */
  endless: readonly { what: string; code: string }[];
  /** Prints "ready", never ends, and does not end by an interrupt either. */
  resists: string;
  /** Waits until the file is there. */
  waitForFile: (path: string) => string;
  writeFile: (path: string) => string;
  /** Prints `text` at once, also where output is buffered. */
  print: (text: string) => string;
  /** Ends at once; once the file `go` is there, prints "late" and then writes the file `done`. */
  printLater: (go: string, done: string) => string;
  exitsWithZero: readonly string[];
  exits: readonly Failure[];
  /** Ends of the kernel's process. */
  deaths: readonly { what: string; code: string; message: string }[];
  fillsMemory: string;
  readsStdin: Step;
  asksUser?: Failure;
  closesStdout: { code: string; next: Step & { error?: string; note?: string } };
  /** Writes to the guest's own connection to the server. */
  forges: readonly { what: string; code: string }[];
  forgedEnd: Step;
  /** A process that comes back into the guest. */
  fork?: Step;
  leavesBackgroundProcess: Step;
}

export const languages: readonly LanguageRow[] = [python, javascript, typescript, java, go, bash];
