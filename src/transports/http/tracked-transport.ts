import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type MessageExtraInfo,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import { RPC } from './failure.ts';

interface Call {
  readonly method: string;
  readonly life: Disposable;
  isAnswered: boolean;
}

export interface Tracking {
  /** Held while a call waits for its answer. */
  life(): Disposable;
  /** Where each call has a stream of its own, which ends with an answer and by nothing else. */
  answersCancelled: boolean;
}

/**
 * A transport that knows which calls of its client wait for an answer, and can answer them itself: the SDK leaves the
 * clients of cancelled calls and of closed connections without one, and they wait until their own time is up.
 */
export class TrackedTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: NonNullable<Transport['onmessage']>;
  readonly #wire: Transport;
  readonly #tracking: Tracking;
  readonly #calls = new Map<RequestId, Call>();
  #onIdle: (() => void)[] = [];

  constructor(wire: Transport, tracking: Tracking) {
    this.#wire = wire;
    this.#tracking = tracking;
  }

  get sessionId(): string | undefined {
    return this.#wire.sessionId;
  }

  get openCalls(): number {
    return this.#calls.size;
  }

  isOpen(id: RequestId): boolean {
    return this.#calls.has(id);
  }

  async start(): Promise<void> {
    this.#wire.onclose = () => this.onclose?.();
    this.#wire.onerror = (error) => this.onerror?.(error);
    this.#wire.onmessage = (message, extra) => {
      this.#receive(message, extra);
    };
    await this.#wire.start();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (!isJSONRPCResultResponse(message) && !isJSONRPCErrorResponse(message)) {
      await this.#wire.send(message, options);
      return;
    }
    const call = message.id === undefined ? undefined : this.#calls.get(message.id);
    if (message.id === undefined || !call || call.isAnswered) return;
    call.isAnswered = true;
    try {
      await this.#wire.send(message, options);
    } finally {
      this.#forget(message.id, call);
    }
  }

  async close(): Promise<void> {
    await this.#wire.close();
  }

  /** Resolves when no call waits for an answer. */
  async idle(): Promise<void> {
    if (this.#calls.size > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  /** Gives every call that waits an answer that says `why` in place of its own. */
  async answerAll(why: string): Promise<void> {
    // A client that is gone cannot be told.
    await Promise.allSettled([...this.#calls.keys()].map((id) => this.#answer(id, why)));
  }

  #receive(message: JSONRPCMessage, extra: MessageExtraInfo | undefined): void {
    if (isJSONRPCRequest(message)) this.#track(message);
    this.onmessage?.(message, extra);
    if (!isJSONRPCNotification(message) || message.method !== 'notifications/cancelled') return;
    const id = message.params?.['requestId'];
    if (typeof id === 'string' || typeof id === 'number') this.#cancelled(id);
  }

  #track({ id, method }: JSONRPCRequest): void {
    if (this.#calls.has(id)) return; // refused before, where HTTP can say so
    this.#calls.set(id, { method, life: this.#tracking.life(), isAnswered: false });
  }

  #cancelled(id: RequestId): void {
    const call = this.#calls.get(id);
    if (!call) return;
    if (!this.#tracking.answersCancelled) this.#forget(id, call);
    else this.#answer(id, 'The call was cancelled').catch((error: unknown) => this.onerror?.(error as Error));
  }

  async #answer(id: RequestId, text: string): Promise<void> {
    const isTool = this.#calls.get(id)?.method === 'tools/call';
    // An error would be more to the point; but only after a result does the SDK's client stop asking for the rest.
    const answer = isTool
      ? { result: { isError: true, content: [{ type: 'text', text }] } }
      : { error: { code: RPC.refused, message: text } };
    await this.send({ jsonrpc: '2.0', id, ...answer });
  }

  #forget(id: RequestId, call: Call): void {
    if (this.#calls.get(id) !== call) return;
    this.#calls.delete(id);
    call.life[Symbol.dispose]();
    if (this.#calls.size > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}
