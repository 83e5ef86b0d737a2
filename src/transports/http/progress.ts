import { isJSONRPCNotification, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { ServerResponse } from 'node:http';

export function isProgress(message: JSONRPCMessage): boolean {
  return isJSONRPCNotification(message) && message.method === 'notifications/progress';
}

/**
 * Whether a message is progress for a client that has not read what it was sent before: such would pile up in memory for
 * as long as a cell prints. It is left out; the answer has all of the output.
 */
export function isLeftOut(message: JSONRPCMessage, responses: Iterable<ServerResponse>): boolean {
  return isProgress(message) && [...responses].some(({ writableNeedDrain }) => writableNeedDrain);
}
