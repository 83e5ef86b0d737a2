import { z } from 'zod';
import { LANGUAGES } from '../languages.ts';
import { defineTool } from './tool.ts';

const MAX_ENV_BYTES = 64 * 1024;

/** For programs and for the model: what a context is called and runs on. */
const output = z.strictObject({
  context_id: z.string(),
  sandbox_id: z.string(),
  language: z.enum(LANGUAGES),
  version: z.string().describe('Version of the runtime'),
  cwd: z.string(),
});

export const createContext = defineTool({
  name: 'create_context',
  title: 'Create context',
  description:
    'Start a fresh, empty state of one language and get its context_id for run_code. Contexts of one sandbox share ' +
    '/workspace and /tmp, but no variables. Not needed for simple use: run_code with only a language makes a context by itself.',
  input: z.strictObject({
    language: z.enum(LANGUAGES).describe('Language of its cells'),
    sandbox_id: z
      .string()
      .optional()
      .describe('Id of a sandbox, or "new" for a fresh one with its own files. Default: the default sandbox'),
    name: z.string().max(200).optional().describe('Your own label, shown by list_contexts'),
    version: z
      .string()
      .regex(/^\d+(\.\d+){0,3}$/, 'a version such as "3.11" or "20"')
      .optional()
      .describe('Version of the runtime or its beginning, such as "3.11". Default: the newest installed'),
    cwd: z
      .string()
      .min(1)
      .max(4096)
      .regex(/^[^\0]*$/, 'a path without NUL characters')
      .optional()
      .describe('Working folder; made where it does not exist. Default: /workspace'),
    env: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'names of letters, digits and _'),
        z.string().regex(/^[^\0]*$/, 'values without NUL characters'),
      )
      .refine(
        (env) => JSON.stringify(env).length <= MAX_ENV_BYTES,
        `at most ${String(MAX_ENV_BYTES)} bytes in all`,
      )
      .optional()
      .describe('Environment variables of the context'),
  }),
  output,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },

  async handle(session, { sandbox_id, ...request }, { signal }) {
    const { context, sandboxId } = await session.createContext({ ...request, sandboxId: sandbox_id }, signal);
    const { id, language, version, cwd } = context;
    const text = `Context ${id}: ${language} ${version} in sandbox ${sandboxId}, folder ${cwd}. Pass this context_id to run_code.`;
    return {
      structured: { context_id: id, sandbox_id: sandboxId, language, version, cwd },
      content: [{ type: 'text', text }],
    };
  },
});
