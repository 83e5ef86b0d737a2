import { z } from 'zod';
import { defineTool } from './tool.ts';

export const killSandbox = defineTool({
  name: 'kill_sandbox',
  title: 'Kill sandbox',
  description:
    'End a sandbox at once: its processes, contexts and files are gone. Without sandbox_id, every sandbox of this session.',
  input: z.strictObject({
    sandbox_id: z.string().optional().describe('Which sandbox. Default: all of this session'),
  }),
  output: z.strictObject({
    killed: z.array(z.strictObject({ sandbox_id: z.string(), contexts_lost: z.array(z.string()) })),
  }),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },

  async handle(session, { sandbox_id }, { signal }) {
    const killed = await session.kill(sandbox_id, signal);
    const lines = killed.map(
      ({ sandboxId, contextsLost }) =>
        `Killed sandbox ${sandboxId}; contexts lost: ${contextsLost.join(', ') || 'none'}`,
    );
    return {
      structured: { killed: killed.map((k) => ({ sandbox_id: k.sandboxId, contexts_lost: k.contextsLost })) },
      content: [{ type: 'text', text: lines.join('\n') || 'This session has no sandbox; nothing to kill.' }],
    };
  },
});
