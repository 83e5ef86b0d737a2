/** Cells that run one after the other in one context; those of a topic share it. */
export interface JavaSequence {
  title: string;
  /** The oldest Java that knows what it uses. */
  since?: number;
  cells: readonly JavaCell[];
}

/** A cell and its whole outcome: no result, no error, no note and nothing on a stream that is not named. */
export interface JavaCell {
  code: string;
  result?: string;
  stdout?: string;
  stderr?: string | RegExp;
  error?: JavaError;
  notes?: readonly (string | RegExp)[];
}

export interface JavaError {
  name: string;
  message: string | RegExp;
  line: number | null;
  column: number | null;
  /** Parts of the traceback; cell-N is the cell itself. */
  traceback?: readonly string[];
}

/** Java source without the indentation that it has here. */
export function java({ raw }: TemplateStringsArray): string {
  const lines = (raw[0] ?? '').trimEnd().split('\n');
  if (lines[0] === '') lines.shift();
  const depths = lines.filter((line) => line !== '').map((line) => line.length - line.trimStart().length);
  const depth = Math.min(...depths);
  return lines.map((line) => line.slice(depth)).join('\n');
}

export function throws(
  name: string,
  message: string | RegExp,
  [line, column]: readonly [number, number],
  traceback: readonly string[] = [],
): JavaError {
  return { name, message, line, column, traceback };
}

export function compileError(message: string | RegExp, line: number, column: number): JavaError {
  return { name: 'CompileError', message, line, column };
}
