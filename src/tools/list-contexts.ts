import { z } from 'zod';
import type { Context } from '../contexts/context.ts';
import { LANGUAGES } from '../languages.ts';
import { defineTool } from './tool.ts';

const contextEntry = z.strictObject({
  context_id: z.string(),
  language: z.enum(LANGUAGES),
  version: z.string(),
  name: z.string().nullable(),
  status: z.enum(['idle', 'busy']),
  execution_count: z.int(),
  created_at: z.string(),
  last_used_at: z.string(),
});

export const listContexts = defineTool({
  name: 'list_contexts',
  title: 'List contexts',
  description: 'List the sandboxes of this session and their contexts, with what each is doing.',
  input: z.strictObject({}),
  output: z.strictObject({
    sandboxes: z.array(z.strictObject({ sandbox_id: z.string(), contexts: z.array(contextEntry) })),
  }),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },

  handle(session) {
    const sandboxes = session.sandboxes.map(({ id, contexts }) => ({
      sandbox_id: id,
      contexts: contexts.map(toEntry),
    }));
    const lines = sandboxes.flatMap(({ sandbox_id, contexts }) => [
      `sandbox ${sandbox_id}`,
      ...contexts.map(
        (c) =>
          `  ${c.context_id} ${c.language} ${c.version}${c.name ? ` "${c.name}"` : ''} ${c.status}, ${String(c.execution_count)} executions`,
      ),
    ]);
    return Promise.resolve({
      structured: { sandboxes },
      content: [
        { type: 'text', text: lines.join('\n') || 'No sandboxes yet. run_code or create_context makes one.' },
      ],
    });
  },
});

function toEntry(context: Context): z.output<typeof contextEntry> {
  const { id, language, version, name, status, executionCount, createdAt, lastUsedAt } = context;
  return {
    ...{ context_id: id, language, version, name, status, execution_count: executionCount },
    created_at: createdAt.toISOString(),
    last_used_at: lastUsedAt.toISOString(),
  };
}
