import { z } from 'zod';

export interface About {
  readonly description: string;
  readonly unit?: string;
  /** What holds where it is not given, for a setting without a default value. */
  readonly unset?: string;
  /** Not a flag: every user of the machine can list the arguments of its processes. Never shown. */
  readonly isSecret?: true;
}

export interface Form {
  readonly kind: 'number' | 'list' | 'text' | 'switch';
  /** "an integer from 1 to 1024" */
  readonly allowed: string;
}

export const abouts = z.registry<About & Form>();

export function whole([min, max]: readonly [number, number], fallback: number, about: About) {
  const allowed = `an integer from ${min} to ${max}`;
  return z
    .int()
    .min(min)
    .max(max)
    .default(fallback)
    .register(abouts, { kind: 'number', allowed, ...about });
}

export function fractional([min, max]: readonly [number, number], fallback: number, about: About) {
  const allowed = `a number from ${min} to ${max}`;
  return z
    .number()
    .min(min)
    .max(max)
    .default(fallback)
    .register(abouts, { kind: 'number', allowed, ...about });
}

export function oneOf<const Value extends string>(
  values: readonly Value[],
  fallback: NoInfer<Value>,
  description: string,
) {
  const allowed = values.length > 1 ? `one of ${values.join(', ')}` : values.join();
  return z
    .enum(values)
    .default(() => fallback)
    .register(abouts, { kind: 'text', allowed, description });
}

export function version(runtime: string, examples: string) {
  return z
    .string()
    .regex(/^\d+(\.\d+){0,2}$/)
    .optional()
    .register(abouts, {
      kind: 'text',
      allowed: `a version or its beginning, such as ${examples}`,
      description: `Version of ${runtime}, or its beginning, for contexts that do not ask for one`,
      unset: 'the newest installed',
    });
}

export function onOff(description: string) {
  return z
    .boolean()
    .default(false)
    .register(abouts, { kind: 'switch', allowed: 'true or false', description });
}

export function list(item: RegExp, max: number, about: About & { items: string }) {
  const { items, ...rest } = about;
  return z
    .array(z.string().regex(item))
    .max(max)
    .default(() => [])
    .register(abouts, { kind: 'list', allowed: `${items}, ${max} at most`, ...rest });
}

export function text(form: RegExp, allowed: string, about: About) {
  return z
    .string()
    .regex(form)
    .optional()
    .register(abouts, { kind: 'text', allowed, ...about });
}
