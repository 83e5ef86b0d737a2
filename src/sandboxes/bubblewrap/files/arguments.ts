import { posix } from 'node:path';
import { SandboxError } from '../../../errors.ts';

const MAX_PATH_BYTES = 4096;

/** As the sandbox names it, without `.` and `..`. */
export function absolute(path: string): string {
  const bytes = Buffer.byteLength(path);
  if (path === '' || path.includes('\0') || bytes > MAX_PATH_BYTES) {
    const what =
      bytes > MAX_PATH_BYTES
        ? `has ${String(bytes)} bytes`
        : path === ''
          ? 'is empty'
          : 'has a NUL character';
    throw invalid(
      `The path ${what}`,
      `A path is a text of 1 to ${String(MAX_PATH_BYTES)} bytes without NUL, below /workspace where it is not absolute.`,
    );
  }
  return posix.resolve('/workspace', path);
}

export function checkWhole(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw invalid(`${name} is ${String(value)}`, `Use a whole number of bytes from 0.`);
}

export function invalid(message: string, hint: string): SandboxError {
  return new SandboxError('INVALID_ARGUMENT', message, { hint });
}
