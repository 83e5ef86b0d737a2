import { stripVTControlCharacters } from 'node:util';
import type { CellError } from '../../executions/execution.ts';
import type { Language } from '../../languages.ts';
import type { RunEvent } from './wire.ts';

type JupyterError = Extract<RunEvent, { type: 'error' }>['error'];

/** Characters of a traceback that are kept. */
const MAX_LENGTH = 64 * 1024;

/**
 * The error of a cell as a Jupyter kernel tells it; undefined where it is none: a Python cell that asked to exit without
 * a code. `stderr` is the end of what the cell wrote there.
 */
export function errorOfKernel(
  language: Language,
  error: JupyterError,
  stderr: string,
): CellError | undefined {
  const { ename, evalue } = error;
  const lines = (error.traceback ?? []).join('\n').slice(-MAX_LENGTH);
  const traceback = stripVTControlCharacters(lines).trimEnd();
  const told = { name: ename, message: evalue, traceback, line: null, column: null };
  switch (language) {
    case 'python':
      return pythonError(told);
    case 'bash':
      return {
        ...told,
        name: ename || 'ExitCode',
        message: /^\d+$/.test(evalue) ? `exit code ${evalue}` : evalue,
      };
    case 'go':
      return goError(told, stripVTControlCharacters(stderr));
    case 'java':
    case 'javascript':
    case 'typescript':
      return told;
  }
}

function pythonError(told: CellError): CellError | undefined {
  if (told.name === 'SystemExit' && ['', '0', 'None'].includes(told.message)) return undefined;
  const message = told.message.replace(/ \([^()]*, line \d+\)$/, '');
  return { ...told, message, ...pythonPlace(told) };
}

/** Cells are numbered: the highest is the one that was run, and its last frame the innermost. */
function pythonPlace({ name, traceback }: CellError): { line: number | null; column: number | null } {
  const frames = [...traceback.matchAll(/Cell In\s?\[(\d+)\], line (\d+)(?:.*\n {4}.*\n {4}( *)\^)?/g)];
  const cell = Math.max(...frames.map((frame) => Number(frame[1])));
  const innermost = frames.filter((frame) => Number(frame[1]) === cell).at(-1);
  if (innermost === undefined) return { line: null, column: null };
  const column = /^(Syntax|Indentation|Tab)Error$/.test(name) ? innermost[3]?.length : undefined;
  return { line: Number(innermost[2]), column: column === undefined ? null : column + 1 };
}

/** gonb says that a program failed; why, the program or the compiler has said on stderr. */
function goError(told: CellError, stderr: string): CellError {
  const line = Number(/\[\[ Cell \[\d+\] Line (\d+) \]\]/.exec(stderr)?.[1]) || null;
  const panic = /^panic: (.*)/m.exec(stderr)?.[1];
  if (panic !== undefined) return { ...told, name: 'panic', message: panic, traceback: stderr.trim(), line };
  const wrong = /\.go:\d+:\d+: (.*)/.exec(stderr)?.[1];
  if (wrong !== undefined)
    return { ...told, name: 'CompileError', message: wrong, traceback: stderr.trim(), line };
  return { ...told, name: told.message.startsWith('exit status') ? 'ExitStatus' : told.name };
}

/**
 * What a cell of JavaScript threw, or why it was not compiled, from the way that tslab prints it; undefined where it has
 * asked to exit without a code.
 */
export function errorOfNode(text: string): CellError | undefined {
  const plain = stripVTControlCharacters(text).slice(0, MAX_LENGTH);
  const wrong = /^(?:\S+ )?(\d+):(\d+) - (.*)/.exec(plain);
  if (wrong)
    return {
      ...{ name: 'CompileError', message: wrong[3] ?? '', traceback: plain },
      ...{ line: Number(wrong[1]), column: Number(wrong[2]) },
    };
  // The place and the source of the line come first where it was thrown at once.
  const thrown = plain.replace(/^\S+:\d+\n[\s\S]*?\n\s*\^+\n+/, '');
  const exit = /^ProcessExit: (process\.exit\((.*)\))/.exec(thrown);
  if (exit && ['', '0'].includes(exit[2] ?? '')) return undefined;
  if (exit) return { name: 'ProcessExit', message: exit[1] ?? '', traceback: '', line: null, column: null };
  const traceback = withoutTslab(thrown);
  const head =
    /^(?:Uncaught )?([\w$.]*(?:Error|Exception)[\w$]*)(?: \[\w+\])?(?:: ([\s\S]*?))?(?:\n {4}at |\n?$)/.exec(
      thrown,
    );
  const place = { line: null, column: null };
  if (head) return { name: head[1] ?? '', message: head[2] ?? '', traceback, ...place };
  return { name: 'Uncaught', message: thrown, traceback: '', ...place };
}

function withoutTslab(stack: string): string {
  const isOurs = /^ {4}at .*(node:|[\\/]tslab[\\/])/;
  return stack
    .split('\n')
    .filter((line) => !isOurs.test(line))
    .join('\n')
    .trimEnd();
}
