import { z } from 'zod';
import { type FileEntry, MAX_LIST_DEPTH } from '../sandboxes/files.ts';
import { defineTool } from './tool.ts';

const MAX_ENTRIES = 1000;
/** Of all paths: they come twice, and control characters in them take six bytes in JSON. */
const MAX_PATH_CHARACTERS = 60_000;

const TYPES = ['file', 'directory', 'symlink', 'other'] as const;

export const listFiles = defineTool({
  name: 'list_files',
  title: 'List files',
  description:
    'List what a folder of a sandbox holds, hidden files included, sorted by path; with depth, what its folders hold, too. ' +
    `At most ${String(MAX_ENTRIES)} entries, those nearest to the folder.`,
  input: z.strictObject({
    path: z.string().optional().describe('Default: /workspace'),
    sandbox_id: z.string().optional().describe('Default: the sandbox that run_code with a language uses'),
    depth: z
      .int()
      .min(1)
      .max(MAX_LIST_DEPTH)
      .optional()
      .describe(`Levels of folders, 1 to ${String(MAX_LIST_DEPTH)}. Default: 1`),
  }),
  output: z.strictObject({
    entries: z.array(
      z.strictObject({ path: z.string(), type: z.enum(TYPES), size_bytes: z.int(), modified_at: z.string() }),
    ),
    left_out: z.int().describe('Entries that were found and are not shown'),
  }),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },

  async handle(session, { path = '/workspace', sandbox_id, depth = 1 }, { signal }) {
    const { files } = await session.files(sandbox_id, signal);
    const list = await files.list(path, { depth, maxEntries: MAX_ENTRIES }, signal);
    const shown = fitting(list.entries);
    const leftOut = list.leftOut + list.entries.length - shown.length;
    const lines = shown.map(toLine);
    if (leftOut > 0)
      lines.push(
        `… ${String(leftOut)} more entries are left out: list a folder of them, or use a smaller depth.`,
      );
    return {
      structured: { entries: shown.map(toWire), left_out: leftOut },
      content: [{ type: 'text', text: lines.join('\n') || 'Nothing is in this folder.' }],
    };
  },
});

function fitting(entries: readonly FileEntry[]): FileEntry[] {
  let characters = 0;
  return entries.filter(({ path }) => (characters += path.length) <= MAX_PATH_CHARACTERS);
}

function toWire({ path, type, sizeBytes, modifiedAt }: FileEntry) {
  return { path, type, size_bytes: sizeBytes, modified_at: modifiedAt.toISOString() };
}

function toLine({ path, type, sizeBytes, modifiedAt }: FileEntry): string {
  // A name may hold line breaks, and so what looks like further entries.
  const name = /[\p{Cc}\u2028\u2029]/u.test(path) ? JSON.stringify(path) : path;
  const time = modifiedAt.toISOString().slice(0, 19);
  return type === 'file' ? `${name}  ${String(sizeBytes)} bytes  ${time}` : `${name}  ${type}  ${time}`;
}
