import type { Socket } from 'node:net';
import type { Response } from 'express';

/** What is to be done when a connection is closed: one listener for all of its requests, of which there may be many. */
const closings = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls back once, when an answer is over, sent or cut off; at once where it is already. An answer that waits behind
 * another one on its connection is not told of the end of that connection: hence both are listened to.
 */
export function onEnd(response: Response, callback: () => void): void {
  const { socket } = response.req;
  if (response.closed || socket.destroyed) {
    callback();
    return;
  }
  const callbacks = closings.get(socket) ?? watch(socket);
  const end = (): void => {
    if (callbacks.delete(end)) callback();
  };
  callbacks.add(end);
  response.once('close', end);
}

function watch(socket: Socket): Set<() => void> {
  const callbacks = new Set<() => void>();
  closings.set(socket, callbacks);
  socket.once('close', () => {
    for (const end of [...callbacks]) end();
  });
  return callbacks;
}
