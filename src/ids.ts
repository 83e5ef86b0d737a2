import { randomBytes } from 'node:crypto';

/** An id that cannot be guessed: 96 random bits after a prefix that says what it names. */
export function newId(prefix: 'sb' | 'ctx' | 'exec' | 'session'): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`;
}

export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^(sb|ctx|exec|session)_[\da-f]{24}$/.test(value);
}
