/* The frames connection: one JSON object a line, read as it comes, written synchronously. */
import { connect } from 'node:net';
import { helloLine } from './hello.mjs';
import { writeFully } from './output.mjs';

const MAX_LINE_BYTES = 16 * 1024 * 1024;
const MAX_FRAME_BYTES = 8 * 1024 * 1024;
const NEWLINE = 10;
const READ_BUFFER_BYTES = 64 * 1024;

// User code may replace any of these on the globals; the guest keeps its own.
const { parse, stringify } = JSON;
const { isArray } = Array;
const { byteLength, concat, from } = Buffer;

/** Connects and says hello. `onFrame` gets each parsed line; `onEnd` is called when the server is gone. */
export function openFrames(address, token, { onFrame, onEnd }) {
  let pieces = [];
  let bytes = 0;
  // Lines from before there is a descriptor to write to.
  let early = [helloLine('frames', token)];
  const socket = connect({
    path: address,
    // Straight from the handle to the callback: no stream events that user code could have patched.
    onread: { buffer: Buffer.alloc(READ_BUFFER_BYTES), callback: receive },
  });
  socket.on('error', onEnd);
  socket.on('close', onEnd);
  socket.once('connect', () => {
    for (const line of early) writeFully(socket._handle.fd, line);
    early = null;
  });

  function receive(length, buffer) {
    const chunk = from(buffer.subarray(0, length));
    bytes += length;
    if (bytes > MAX_LINE_BYTES) return onEnd();
    // The server sends one frame and waits for its answer: a newline is always the last byte.
    if (chunk[length - 1] !== NEWLINE) return (pieces.push(chunk), true);
    const line = pieces.length === 0 ? chunk : concat([...pieces, chunk]);
    pieces = [];
    bytes = 0;
    onFrame(parse(line.toString('utf8')));
    return true;
  }

  return {
    send(frame) {
      const line = encodeFrame(frame);
      if (early === null) writeFully(socket._handle?.fd ?? -1, line);
      else early.push(line);
    },
  };
}

function encodeFrame(frame) {
  const line = `${encode(frame)}\n`;
  // A character is one to three bytes: most lines need no counting.
  if (line.length * 3 <= MAX_FRAME_BYTES || byteLength(line) <= MAX_FRAME_BYTES) return line;
  const dropped = `(${byteLength(line)} bytes dropped: a frame holds at most ${MAX_FRAME_BYTES})`;
  if (frame.data !== undefined)
    return `${encode({ __proto__: null, ...frame, data: { __proto__: null, 'text/plain': dropped } })}\n`;
  return `${encode({ __proto__: null, ...frame, message: dropped, traceback: [dropped] })}\n`;
}

// Field by field, because JSON.stringify would ask a toJSON that user code may have put on Object.prototype.
function encode(value) {
  if (typeof value !== 'object' || value === null) return stringify(value);
  let text = '';
  if (isArray(value)) {
    for (let index = 0; index < value.length; index++)
      text += `${index === 0 ? '' : ','}${encode(value[index])}`;
    return `[${text}]`;
  }
  for (const name in value) text += `${text === '' ? '' : ','}${stringify(name)}:${encode(value[name])}`;
  return `{${text}}`;
}
