import { z } from 'zod';
import { SandboxError } from '../errors.ts';

/** Says which arguments are wrong, and what the tool takes. Values are not repeated: one of them may be a whole program. */
export function argumentError(
  tool: { name: string; input: z.ZodObject },
  input: unknown,
  error: z.ZodError,
): SandboxError {
  const problems = error.issues.slice(0, 5).map((issue) => {
    const where = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys')
      return `unknown argument ${issue.keys.map((key) => key.slice(0, 100)).join(', ')}`;
    return where ? `${where}: ${missing(input, issue) ? 'is required' : issue.message}` : issue.message;
  });
  return new SandboxError('INVALID_ARGUMENT', `${tool.name}: ${problems.join('; ')}`, {
    hint: `Arguments of ${tool.name}: ${Object.entries(tool.input.shape).map(describe).join(', ')}.`,
  });
}

function missing(input: unknown, issue: z.core.$ZodIssue): boolean {
  const [name, ...deeper] = issue.path;
  return (
    deeper.length === 0 &&
    typeof input === 'object' &&
    input !== null &&
    typeof name === 'string' &&
    !(name in input)
  );
}

function describe([name, schema]: [string, z.core.$ZodType]): string {
  return z.safeParse(schema, undefined).success ? `${name} (optional)` : name;
}
