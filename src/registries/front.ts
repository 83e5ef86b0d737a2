import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import PQueue from 'p-queue';
import type { Logger } from '../logger.ts';
import { FrontError, NOT_FOUND } from './front-error.ts';
import type { FileReply, Question, Reply, TextReply } from './reply.ts';

/** Of one kernel at one time; more requests wait. Bounds what is held in memory for it. */
const MAX_REQUESTS = 16;
/** Whoever takes nothing of an answer for so long has it cut off, for others wait. */
const STALLED_MS = 60_000;
const MAX_URL_LENGTH = 2048;
const MAX_REASON_LENGTH = 400;

/** What answers below one path: `/npm/…`. */
export type Protocol = (question: Question) => Promise<Reply>;

/** Answers package managers in sandboxes: GET and HEAD, so that nothing can be published or sent out. */
export class Front {
  readonly #protocols: ReadonlyMap<string, Protocol>;
  readonly #logger: Logger;
  readonly #queues = new Map<string, PQueue>();

  constructor(protocols: ReadonlyMap<string, Protocol>, logger: Logger) {
    this.#protocols = protocols;
    this.#logger = logger;
  }

  /** Settles once the answer has been sent, or its reader has gone. Never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse, base: string): Promise<void> {
    request.resume(); // no request of ours has a body that matters
    response.on('error', () => undefined);
    let queue = this.#queues.get(base);
    if (queue === undefined) {
      queue = new PQueue({ concurrency: MAX_REQUESTS });
      this.#queues.set(base, queue);
    }
    try {
      await queue.add(async () => {
        if (response.destroyed) return;
        response.setTimeout(STALLED_MS, () => response.destroy());
        await this.#answerNow(request, response, base);
      });
    } catch (error) {
      this.#fail(request, response, error);
    }
    if (queue.size === 0 && queue.pending === 0) this.#queues.delete(base);
  }

  async #answerNow(request: IncomingMessage, response: ServerResponse, base: string): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      throw new FrontError(
        405,
        'this front of the package registries is read-only: nothing can be sent to them',
      );
    }
    const { protocol, parts } = this.#route(request.url ?? '');
    const reply = await protocol({ parts, accept: request.headers.accept ?? '', base });
    const isHead = request.method === 'HEAD';
    await ('file' in reply ? sendFile(response, reply, isHead) : sendText(response, reply, isHead));
  }

  #route(url: string): { protocol: Protocol; parts: readonly string[] } {
    const path = url.split(/[?#]/, 1)[0] ?? '';
    const [, name = '', ...parts] = path.split('/');
    const protocol = this.#protocols.get(name);
    const decoded = parts.map((part) => decodedPart(part));
    const isWhole = decoded.every((part, index) => part !== '' || index === decoded.length - 1);
    if (protocol === undefined || url.length > MAX_URL_LENGTH || !isWhole || decoded.length === 0)
      throw new FrontError(NOT_FOUND, 'the front of the package registries has nothing at this path');
    return { protocol, parts: decoded };
  }

  #fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const known = error instanceof FrontError ? error : undefined;
    const hasLeft = response.destroyed && known === undefined;
    if (known === undefined && !hasLeft) this.#logger.error('the registry front failed', { error });
    if (response.headersSent || response.destroyed) {
      // A cut connection is how a client learns that what it has is not the whole.
      response.destroy();
      return;
    }
    const { status, message } =
      known ?? new FrontError(500, 'the registry front failed; the log of the server says why');
    const reason = `sandcell: ${message}`.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, MAX_REASON_LENGTH);
    refuse(request, response, { status, reason });
  }
}

/**
 * The reason stands wherever one of the package managers shows it: in the status line (pip for files, Maven), in a
 * field of JSON (npm), in the text (Go, curl). Of a project's page pip shows neither, but the type of a page that it
 * cannot read.
 */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { status, reason }: { status: number; reason: string },
): void {
  const path = request.url ?? '';
  const agent = request.headers['user-agent'] ?? '';
  const isHidden = path.startsWith('/pypi/simple/') && agent.startsWith('pip/') && status !== NOT_FOUND;
  const isNpm = path.startsWith('/npm/');
  response.statusCode = isHidden ? 200 : status;
  response.statusMessage = reason;
  response.setHeader('Cache-Control', 'no-store');
  const type = isNpm ? 'application/json' : 'text/plain; charset=utf-8';
  response.setHeader('Content-Type', isHidden ? `text/plain (${reason})` : type);
  response.end(isNpm ? JSON.stringify({ error: reason }) : `${reason}\n`);
}

/** Decoded once. Throws for what no package manager asks for: dots alone, a slash but that of npm's scopes, control characters. */
function decodedPart(part: string): string {
  let text: string;
  try {
    text = decodeURIComponent(part);
  } catch {
    text = '..';
  }
  const isOdd = /[\x00-\x1f\x7f\\]/.test(text) || text === '.' || text === '..'; // eslint-disable-line no-control-regex -- what is looked for
  const hasSlash = text.includes('/') && !/^@[^/]+\/[^/]+$/.test(text);
  if (isOdd || hasSlash || text.includes('/../') || text.endsWith('/..'))
    throw new FrontError(NOT_FOUND, 'the front of the package registries has nothing at such a path');
  return text;
}

async function sendText(
  response: ServerResponse,
  { contentType, body, isStale = false }: TextReply,
  isHead: boolean,
): Promise<void> {
  const bytes = Buffer.from(body as string); // of a Buffer it makes another one
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', bytes.length);
  response.setHeader('Cache-Control', 'no-cache');
  response.setHeader('Vary', 'Accept');
  if (isStale)
    response.setHeader('Warning', '110 sandcell "the registry is not reached: this is what it said before"');
  response.end(isHead ? undefined : bytes);
  await finished(response).catch(() => undefined); // the reader has gone
}

async function sendFile(response: ServerResponse, reply: FileReply, isHead: boolean): Promise<void> {
  await using file = reply.file;
  response.setHeader('Content-Type', reply.contentType);
  if (file.sizeBytes !== undefined) response.setHeader('Content-Length', file.sizeBytes);
  response.setHeader('Cache-Control', 'no-cache');
  if (isHead) response.end();
  else await pipeline(Readable.from(file.read(), { objectMode: false }), response);
}
