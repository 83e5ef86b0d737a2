import { z } from 'zod';
import { LANGUAGES } from '../languages.ts';
import { InvalidArgumentError } from './errors.ts';

/** Longest timer that Node counts correctly is 2^31 - 1 ms. */
const MAX_MS = 2 ** 31 - 1;
const MAX_ENV_BYTES = 64 * 1024;

export const languageSchema = z.enum(LANGUAGES);
export const idSchema = z.string().min(1).max(200);
export const signalSchema = z.instanceof(AbortSignal, { error: 'is no AbortSignal' });
export const millisecondsSchema = z.number().min(1).max(MAX_MS);
export const callSchema = z.strictObject({
  signal: signalSchema.optional(),
  timeoutMs: millisecondsSchema.optional(),
});
export const versionSchema = z.string().regex(/^\d+(\.\d+){0,3}$/, 'is no version such as "3.11" or "20"');
export const pathSchema = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[^\0]*$/, 'contains a NUL character');
export const envSchema = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of letters, digits and _'),
    z.string().regex(/^[^\0]*$/, 'contains a NUL character'),
  )
  .refine((env) => JSON.stringify(env).length <= MAX_ENV_BYTES, `is over ${MAX_ENV_BYTES} bytes in all`);

/** What a caller gave, checked. Throws {@link InvalidArgumentError}; values are not repeated, one may be a secret. */
export function checked<T>(schema: z.ZodType<T>, value: unknown, method: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 5).map((issue) => {
    const where = issue.path.map(String).join('.');
    const what =
      issue.code === 'unrecognized_keys'
        ? `unknown option ${issue.keys.map((key) => key.slice(0, 100)).join(', ')}`
        : issue.message;
    return where === '' ? what : `${where}: ${what}`;
  });
  throw new InvalidArgumentError('INVALID_ARGUMENT', `${method}: ${problems.join('; ')}`, {
    hint: 'docs/library.md lists what each method takes.',
  });
}

/** The caller's signal and time limit in one; one that never aborts where there is neither. */
export function endOf(options: {
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
}): AbortSignal {
  const { signal, timeoutMs } = options;
  const limits = [
    ...(signal ? [signal] : []),
    ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(Math.ceil(timeoutMs))]),
  ];
  return AbortSignal.any(limits);
}
