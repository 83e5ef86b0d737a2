import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {
  isJSONRPCErrorResponse,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
} from '@modelcontextprotocol/sdk/types.js';
import { isProgress } from './progress.ts';

export interface StreamEvent {
  readonly id: string;
  readonly message: JSONRPCMessage;
}

interface StoredEvent extends StreamEvent {
  readonly number: number;
  readonly bytes: number;
}

interface Stream {
  /** It began with an id and no message: the client can come back to it, and it carries one call. */
  readonly isPrimed: boolean;
  hasAnswer: boolean;
  last: number;
  readonly events: StoredEvent[];
}

/** Of one session, answered streams; what a client has not fetched by then is gone. */
const MAX_STREAMS = 256;
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * What was sent on the streams of one session, so that a client that lost a connection can have the rest: the answers,
 * bounded in number and bytes, the oldest forgotten first. Progress is not kept.
 */
export class StreamEvents implements EventStore {
  /** Those with an answer stand last, in the order of the answers. */
  readonly #streams = new Map<string, Stream>();
  #bytes = 0;

  storeEvent(streamId: string, message: JSONRPCMessage): Promise<string> {
    // The SDK begins a stream with an empty object, which is no message.
    const isPriming = Object.keys(message).length === 0;
    const stream = this.#streams.get(streamId) ?? {
      ...{ isPrimed: isPriming, hasAnswer: false, last: 0, events: [] },
    };
    this.#streams.set(streamId, stream);
    stream.last += 1;
    const id = `${streamId}:${stream.last}`;
    if (isPriming || isProgress(message)) return Promise.resolve(id);
    const bytes = Buffer.byteLength(JSON.stringify(message));
    stream.events.push({ id, number: stream.last, message, bytes });
    this.#bytes += bytes;
    if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) {
      stream.hasAnswer = true;
      this.#streams.delete(streamId);
      this.#streams.set(streamId, stream);
    }
    this.#forgetOldest();
    return Promise.resolve(id);
  }

  /** Throws for an id that this session has not given, or has forgotten. */
  async replayEventsAfter(
    lastEventId: string,
    { send }: { send: (eventId: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const { streamId, rest } = this.#find(lastEventId) ?? unknown();
    for (const { id, message } of rest) await send(id, message);
    return streamId;
  }

  /** What follows an event; undefined where its id is unknown to this session. */
  after(lastEventId: string): { isComplete: boolean; rest: readonly StreamEvent[] } | undefined {
    const found = this.#find(lastEventId);
    if (!found) return undefined;
    const { stream, rest } = found;
    return { isComplete: stream.isPrimed && stream.hasAnswer, rest };
  }

  #find(eventId: string): { streamId: string; stream: Stream; rest: readonly StoredEvent[] } | undefined {
    const [, streamId = '', digits = ''] = /^(.+):(\d{1,9})$/.exec(eventId) ?? [];
    const stream = this.#streams.get(streamId);
    const number = Number(digits);
    if (!stream || number < 1 || number > stream.last) return undefined;
    return { streamId, stream, rest: stream.events.filter((event) => event.number > number) };
  }

  /** Never a stream whose call still runs: there are no more of them than open calls. */
  #forgetOldest(): void {
    const answered = [...this.#streams].filter(([, { hasAnswer }]) => hasAnswer);
    const newest = answered.at(-1)?.[0];
    let count = answered.length;
    for (const [streamId, { events }] of answered) {
      if (count <= MAX_STREAMS && this.#bytes <= MAX_BYTES) return;
      if (streamId === newest) return;
      this.#streams.delete(streamId);
      this.#bytes -= events.reduce((sum, { bytes }) => sum + bytes, 0);
      count -= 1;
    }
  }
}

function unknown(): never {
  throw new Error('unknown event id');
}
