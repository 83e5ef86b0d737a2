import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, errors, type Dispatcher, FormData, request } from 'undici';
import type { z } from 'zod';
import type { Logger } from '../../logger.ts';
import { RemoteFailure, refused } from './failure.ts';

export interface RemoteRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With scheme, path and query. */
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  json?: unknown;
  form?: readonly FormPart[];
  /** For messages and the log: "deleting context 4f". */
  what: string;
  /** For the whole call; a stream has it for its beginning only. */
  deadlineMs: number;
  signal: AbortSignal;
}

/** One file of a multipart body. */
export interface FormPart {
  name: string;
  type: string;
  data: Uint8Array | string;
}

export interface ClientSettings {
  maxConnections: number;
}

/** Of an answer that is read as a whole. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Tries of a call that may be repeated, the first one included. */
const MAX_TRIES = 3;
const FIRST_PAUSE_MS = 150;

/** Answers that come from something between here and there. */
const PASSING = new Set([429, 502, 503, 504]);

/**
 * Calls to a deployment, over connections that all sandboxes share. Only GET and DELETE are repeated, and only where no
 * answer came or a proxy answered. Headers are never logged.
 */
export class RemoteClient implements AsyncDisposable {
  readonly #agent: Agent;
  readonly #logger: Logger;

  constructor({ maxConnections }: ClientSettings, logger: Logger) {
    this.#agent = new Agent({ connections: maxConnections, pipelining: 1, connect: { timeout: 10_000 } });
    this.#logger = logger;
  }

  /** Sends a request and checks its answer. Throws {@link RemoteFailure}, or the reason of the signal. */
  async json<Schema extends z.ZodType>(call: RemoteRequest, schema: Schema): Promise<z.output<Schema>> {
    const body = await this.text(call);
    const parsed = schema.safeParse(parseJson(body));
    if (parsed.success) return parsed.data;
    throw new RemoteFailure(`${call.what} was answered with what is not understood: ${body.slice(0, 200)}`);
  }

  /** The same, whatever the answer says. */
  async text(call: RemoteRequest): Promise<string> {
    for (let tries = 1; ; tries += 1) {
      try {
        return (await this.#once(call)).toString('utf8');
      } catch (error) {
        if (tries === MAX_TRIES || !mayRepeat(call, error)) throw error;
        // Random, so that many callers do not come back at the same moment.
        await sleep(FIRST_PAUSE_MS * 2 ** tries * (0.5 + Math.random()), undefined, { signal: call.signal });
      }
    }
  }

  /**
   * The body of an answer as it comes; who reads slowly slows the sender down. It throws where nothing comes for
   * `silenceMs`. Leaving it early, or the signal, ends the connection.
   */
  async stream(call: RemoteRequest, silenceMs: number): Promise<AsyncIterable<Uint8Array>> {
    const { body } = await this.#send(
      call,
      { headersTimeout: call.deadlineMs, bodyTimeout: silenceMs },
      call.signal,
    );
    return passOn(body, call.what, silenceMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }

  async #once(call: RemoteRequest): Promise<Buffer> {
    const late = AbortSignal.timeout(call.deadlineMs);
    try {
      const { body } = await this.#send(
        call,
        { headersTimeout: 0, bodyTimeout: 0 },
        AbortSignal.any([call.signal, late]),
      );
      return await readAll(body, call.what);
    } catch (error) {
      call.signal.throwIfAborted();
      if (late.aborted)
        throw new RemoteFailure(`${call.what} was not answered within ${String(call.deadlineMs)} ms`, {
          cause: error,
        });
      throw error;
    }
  }

  async #send(
    call: RemoteRequest,
    limits: { headersTimeout: number; bodyTimeout: number },
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const id = randomBytes(8).toString('hex');
    const { method, url, what } = call;
    const type = call.json === undefined ? {} : { 'content-type': 'application/json' };
    try {
      const answer = await request(url, {
        ...limits,
        dispatcher: this.#agent,
        method,
        headers: { ...type, 'x-request-id': id, ...call.headers },
        body: call.form ? toForm(call.form) : call.json === undefined ? null : JSON.stringify(call.json),
        signal,
      });
      this.#logger.debug(what, { request: id, status: answer.statusCode });
      if (answer.statusCode < 400) return answer;
      const said = await readAll(answer.body, what);
      throw refused(`${what} (request ${id})`, answer.statusCode, said.toString('utf8'));
    } catch (error) {
      if (error instanceof RemoteFailure) throw error;
      call.signal.throwIfAborted();
      this.#logger.debug(`${what} failed`, { request: id, error });
      throw new RemoteFailure(`${what} failed: ${reasonOf(error)}`, { cause: error });
    }
  }
}

async function* passOn(
  body: AsyncIterable<Uint8Array>,
  what: string,
  silenceMs: number,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    const isSilent = error instanceof errors.BodyTimeoutError;
    const why = isSilent ? `nothing came for ${String(silenceMs)} ms` : reasonOf(error);
    throw new RemoteFailure(`${what}: the connection broke off, ${why}`, { cause: error });
  }
}

async function readAll(body: AsyncIterable<Uint8Array>, what: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES)
      throw new RemoteFailure(`${what} was answered with more than ${String(MAX_ANSWER_BYTES >> 20)} MiB`);
  }
  return Buffer.concat(chunks);
}

/** Every part is a file: execd takes no other. */
function toForm(parts: readonly FormPart[]): FormData {
  const form = new FormData();
  for (const { name, type, data } of parts) {
    const content = typeof data === 'string' ? data : new Uint8Array(data);
    form.append(name, new Blob([content], { type }), name);
  }
  return form;
}

function mayRepeat({ method, signal }: RemoteRequest, error: unknown): boolean {
  if (signal.aborted || (method !== 'GET' && method !== 'DELETE') || !(error instanceof RemoteFailure))
    return false;
  return error.status === undefined || PASSING.has(error.status);
}

/** The system's word where there is one: what undici says of a broken connection is "other side closed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException; // every error may have one
  return code === undefined ? error.message : `${error.message || 'no connection'} (${code})`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
