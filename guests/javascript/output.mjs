/*
 * stdout and stderr as real, synchronous, unbuffered writes. Node's own streams make the descriptor non-blocking, which every subprocess
 * inherits, and queue what the pipe does not take: a crash would lose it. A plain write is also fast enough (100 000 lines in 150 ms).
 */
import { Console } from 'node:console';
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';

const { byteLength, from } = Buffer;
const { wait } = Atomics;
const { defineProperty } = Object;
const sleepCell = new Int32Array(new SharedArrayBuffer(4));

/** Replaces process.stdout, process.stderr and what `console` writes with. */
export function installOutput() {
  const stdout = createStream(1);
  const stderr = createStream(2);
  for (const [name, stream] of [
    ['stdout', stdout],
    ['stderr', stderr],
  ]) {
    defineProperty(process, name, {
      __proto__: null,
      configurable: true,
      enumerable: true,
      get: () => stream,
    });
  }
  // The global console also feeds the inspector, which would keep the last thousand arguments alive and makes each call three times as slow.
  const plain = new Console({ stdout, stderr });
  for (const name of Object.keys(plain)) if (typeof plain[name] === 'function') console[name] = plain[name];
}

// Of our own, so that a cell which closed or redirected 1 or 2 cannot lose the mark. Opening by /proc is Node's only dup.
const marked = [duplicate(1), duplicate(2)];

/** Writes the end mark of a cell to both streams. */
export function writeMark(mark) {
  writeFully(marked[0], mark);
  writeFully(marked[1], mark);
}

/** Opens what an earlier cell has closed, and returns a note for each. */
export function reopenStreams() {
  const notes = [];
  for (const fd of [1, 2]) {
    if (isOpen(fd)) continue;
    // The lowest free number is what a new descriptor gets: this one, unless stdin was closed as well.
    const opened = openSync(`/proc/self/fd/${marked[fd - 1]}`, 'w');
    if (opened !== fd) closeSync(opened);
    else
      notes[notes.length] =
        `${fd === 1 ? 'stdout' : 'stderr'} had been closed by an earlier cell; it is open again`;
  }
  return notes;
}

function isOpen(fd) {
  try {
    return fstatSync(fd) !== undefined;
  } catch {
    return false;
  }
}

/** Writes to the stderr that the guest was started with. */
export function writeError(text) {
  writeFully(marked[1], text);
}

/** Writes all of it before it returns, also to a non-blocking descriptor. A reader that is gone is not the writer's problem. */
export function writeFully(fd, data) {
  let rest = data;
  let left = typeof data === 'string' ? byteLength(data) : data.length;
  while (left > 0) {
    try {
      const written = writeSync(fd, rest);
      left -= written;
      if (left > 0) rest = (typeof rest === 'string' ? from(rest) : rest).subarray(written);
    } catch (error) {
      if (error.code === 'EAGAIN') wait(sleepCell, 0, 0, 1);
      else if (error.code === 'EPIPE' || error.code === 'ECONNRESET') return;
      else throw error;
    }
  }
}

function createStream(fd) {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, encoding, callback) {
      try {
        const isText = typeof chunk === 'string' && (encoding === 'utf8' || encoding === 'utf-8');
        writeFully(fd, isText || typeof chunk !== 'string' ? chunk : from(chunk, encoding));
        callback();
      } catch (error) {
        callback(error);
      }
    },
  });
  stream.fd = fd;
  stream._type = 'pipe';
  // Later cells print too: neither a library that ends its destination nor a failed write is the end of it.
  stream.end = (chunk, encoding, callback) => {
    if (typeof chunk === 'function') return stream.end(null, null, chunk);
    if (typeof encoding === 'function') return stream.end(chunk, null, encoding);
    if (chunk !== null && chunk !== undefined) stream.write(chunk, encoding ?? 'utf8');
    if (typeof callback === 'function') process.nextTick(callback);
    return stream;
  };
  stream.destroySoon = stream.destroy;
  stream._destroy = (error, callback) => callback(error);
  return stream;
}

function duplicate(fd) {
  try {
    return openSync(`/proc/self/fd/${fd}`, 'w');
  } catch {
    return fd;
  }
}
