/** Of one event, in bytes: an image is the longest. Without a bound a line that never ends would fill the memory. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

const LINE_FEED = 0x0a;

/** A line of the stream, parsed; `undefined` where it is no JSON. */
export interface StreamLine {
  value: unknown;
}

/**
 * The lines of an event stream, as they come: bare JSON objects with empty lines between them, or the same behind
 * `data:`. The last line counts also where nothing ends it. Lines of other fields (`event:`, `id:`) and comments are
 * left out. Throws a RangeError where a line is longer than 16 MiB, and what the body throws.
 */
export async function* streamLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamLine, void, void> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      const line = parseLine([...parts, chunk.subarray(from, end)]);
      parts = [];
      length = 0;
      from = end + 1;
      if (line) yield line;
    }
    if (from === chunk.length) continue;
    parts.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > MAX_LINE_BYTES)
      throw new RangeError(`an event is longer than ${String(MAX_LINE_BYTES >> 20)} MiB`);
  }
  const last = parseLine(parts);
  if (last) yield last;
}

function parseLine(parts: readonly Uint8Array[]): StreamLine | undefined {
  // Decoded as a whole: a character may be cut between two chunks.
  const line = Buffer.concat(parts).toString('utf8').trim();
  if (line === '' || /^(:|(event|id|retry):)/.test(line)) return undefined;
  try {
    return { value: JSON.parse(line.replace(/^data:/, '')) };
  } catch {
    return { value: undefined };
  }
}
