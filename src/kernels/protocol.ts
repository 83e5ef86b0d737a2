import { z } from 'zod';

/** A longer line from a guest ends its kernel: a guest must not be able to fill the server's memory. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

const PROTOCOL_VERSION = 1;

/** A line below this may hold anything; a longer one must be long for its strings, not for the number of its values. */
const MAX_DENSE_BYTES = 64 * 1024;
const MAX_VALUES = 50_000;

const id = z.string().max(64);
const mimeBundle = z.record(z.string().max(255), z.string());

/** What a guest may say first on a connection to the server's socket. */
export const helloFrame = z.strictObject({
  type: z.literal('hello'),
  role: z.enum(['frames', 'interrupt']),
  token: z.string().length(32),
});

const guestFrame = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('ready'),
    protocol: z.literal(PROTOCOL_VERSION),
    language: z.string().max(32),
    version: z.string().max(64),
    pid: z.int(),
  }),
  z.strictObject({ type: z.literal('entered') }),
  z.strictObject({ type: z.literal('refused'), message: z.string() }),
  z.strictObject({ type: z.literal('display'), id, data: mimeBundle }),
  z.strictObject({ type: z.literal('result'), id, data: mimeBundle }),
  z.strictObject({
    type: z.literal('error'),
    id,
    name: z.string(),
    message: z.string(),
    traceback: z.array(z.string()),
    line: z.int().nullable(),
    column: z.int().nullable(),
  }),
  z.strictObject({
    type: z.literal('done'),
    id,
    names: z.array(z.string()).max(10_000),
    notes: z.array(z.string().max(2000)).max(20),
  }),
]);

export type GuestFrame = z.infer<typeof guestFrame>;

export type HostFrame =
  | { type: 'enter'; cwd: string; env: Readonly<Record<string, string>> }
  | { type: 'execute'; id: string; count: number; mark: string; code: string };

/** Reads one line from a guest. Returns undefined for anything that is no frame: the caller ends the kernel. */
export function decodeFrame(line: Buffer): GuestFrame | undefined {
  if (line.length > MAX_DENSE_BYTES && countValues(line) > MAX_VALUES) return undefined;
  try {
    return guestFrame.safeParse(JSON.parse(line.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

/** Writes a frame for a guest: a JSON line, or its fields without names, each ended by a NUL byte. */
export function encodeFrame(frame: HostFrame, wire: 'json' | 'nul'): string {
  if (wire === 'json') return `${JSON.stringify(frame)}\n`;
  const fields =
    frame.type === 'enter'
      ? [
          frame.cwd,
          String(Object.keys(frame.env).length),
          ...Object.entries(frame.env).map(([k, v]) => `${k}=${v}`),
        ]
      : [frame.id, String(frame.count), frame.mark, frame.code];
  // A NUL inside a field would begin another one; Bash has no such character anyway.
  return [frame.type, ...fields].map((field) => `${field.replaceAll('\0', '')}\0`).join('');
}

/** Frames of a cell that has ended are dropped; anything else out of turn is a violation. */
export function frameIsLate({ type }: GuestFrame): boolean {
  return type === 'display' || type === 'result' || type === 'error' || type === 'done';
}

/**
 * How many values a line of JSON holds, about: 16 MiB of brackets or keys take the parser seconds and gigabytes, in
 * which the server answers nobody.
 */
function countValues(line: Buffer): number {
  let count = 0;
  let inString = false;
  for (let index = 0; index < line.length && count <= MAX_VALUES; index += 1) {
    const byte = line[index];
    if (byte === QUOTE) inString = !inString;
    else if (inString) index += byte === BACKSLASH ? 1 : 0;
    else if (byte === COMMA || byte === BRACKET || byte === BRACE) count += 1;
  }
  return count;
}

const [QUOTE, BACKSLASH, COMMA, BRACKET, BRACE] = Buffer.from('"\\,[{');
