import { isInitializeRequest, isJSONRPCRequest, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { busy, HttpFailure, RPC } from './failure.ts';
import type { TrackedTransport } from './tracked-transport.ts';

/** Calls of one session that wait for an answer, whether or not their connections still stand. */
const MAX_OPEN_CALLS = 128;
const RETRY_S = 1;
const RESTART_RETRY_S = 10;

/** Decides whether new sessions and calls are taken: none once the server stops. */
export class Admission {
  #isStopping = false;

  get isStopping(): boolean {
    return this.#isStopping;
  }

  stop(): void {
    this.#isStopping = true;
  }

  /** Throws a 503 once the server stops. */
  admitSession(): void {
    if (this.#isStopping) throw busy(503, 'The server is being stopped', RESTART_RETRY_S);
  }

  /** Throws where the calls in a body are too many, or not to be told apart from those that run. */
  admitCalls(body: unknown, calls: TrackedTransport): void {
    const ids = requestIds(body);
    if (ids.length === 0) return; // what cancels a call, or answers the server, is always taken
    this.admitSession();
    if (calls.openCalls + ids.length > MAX_OPEN_CALLS)
      throw busy(
        429,
        `Over the limit of ${MAX_OPEN_CALLS} calls of a session at one time`,
        RETRY_S,
        'open_calls',
      );
    if (new Set(ids).size < ids.length || ids.some((id) => calls.isOpen(id)))
      throw new HttpFailure(400, 'A call with this id is still running', { code: RPC.invalidRequest });
  }
}

/** Whether a body asks for a new session. */
export function isInitialize(body: unknown): boolean {
  return messagesOf(body).some(isInitializeRequest);
}

/** The ids of the calls in a body. */
export function requestIds(body: unknown): RequestId[] {
  return messagesOf(body).flatMap((message) => (isJSONRPCRequest(message) ? [message.id] : []));
}

function messagesOf(body: unknown): readonly unknown[] {
  return Array.isArray(body) ? body : [body];
}
