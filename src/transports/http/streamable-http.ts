import { randomUUID } from 'node:crypto';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { type Request, type Response, Router } from 'express';
import { type Admission, isInitialize, requestIds } from './admission.ts';
import { readJson } from './body.ts';
import { HttpFailure, RPC } from './failure.ts';
import type { HttpSession } from './http-session.ts';
import type { HttpSessions } from './http-sessions.ts';
import { senderOf } from './principal.ts';
import { isLeftOut } from './progress.ts';
import { onEnd } from './request-end.ts';
import { StreamEvents } from './stream-events.ts';

/** The SDK's transport with the events that it has sent, and without progress that its client does not read. */
export class StreamableWire extends StreamableHTTPServerTransport {
  readonly events: StreamEvents;
  /** Where the answers of calls go, as long as those connections stand. */
  readonly #own = new Map<RequestId, Response>();
  /** By which clients come back to calls, among them. */
  readonly #streams = new Set<Response>();

  constructor(id: string, events: StreamEvents) {
    super({ sessionIdGenerator: () => id, eventStore: events, retryInterval: RETRY_MS });
    this.events = events;
  }

  /** Begins to look at how an answer is read. */
  watch(request: Request, response: Response): void {
    const ids = requestIds(request.body);
    for (const id of ids) this.#own.set(id, response);
    if (request.method === 'GET') this.#streams.add(response);
    onEnd(response, () => {
      for (const id of ids) if (this.#own.get(id) === response) this.#own.delete(id);
      this.#streams.delete(response);
    });
  }

  override async send(
    ...[message, options]: Parameters<StreamableHTTPServerTransport['send']>
  ): Promise<void> {
    const own = options?.relatedRequestId === undefined ? undefined : this.#own.get(options.relatedRequestId);
    if (!isLeftOut(message, own ? [own] : this.#streams)) await super.send(message, options);
  }
}

/** After that long a client comes back to a stream that it lost. */
const RETRY_MS = 1000;
const METHODS = ['GET', 'POST', 'DELETE'];
/** Since then a body is one message. */
const NO_BATCHES_SINCE = '2025-06-18';

/** Streamable HTTP at /mcp: a session begins with an initialize request, and ends with DELETE or by being idle. */
export function streamableHttp(sessions: HttpSessions<StreamableWire>, admission: Admission): Router {
  const router = Router();
  router.use('/mcp', (request, _response, next) => {
    if (METHODS.includes(request.method)) next();
    else throw new HttpFailure(405, 'Method not allowed', { headers: { Allow: METHODS.join(', ') } });
  });
  router.post('/mcp', readJson, async (request: Request, response: Response) => {
    const body: unknown = request.body;
    const id = sessionIdOf(request);
    if (id === undefined) {
      await initialize(request, response);
      return;
    }
    const session = sessions.find(id, senderOf(request));
    refuseBatch(request, body);
    admission.admitCalls(body, session.calls);
    await handle(session, request, response);
  });
  router.get('/mcp', async (request: Request, response: Response) => {
    const session = sessions.find(sessionIdOf(request) ?? missingId(), senderOf(request));
    if (!resumeComplete(session, request, response)) await handle(session, request, response);
  });
  router.delete('/mcp', async (request: Request, response: Response) => {
    const session = sessions.find(sessionIdOf(request) ?? missingId(), senderOf(request));
    await session.close('the client has ended it');
    response.status(200).end();
  });

  async function initialize(request: Request, response: Response): Promise<void> {
    if (!isInitialize(request.body)) missingId();
    admission.admitSession();
    const id = randomUUID();
    const wire = new StreamableWire(id, new StreamEvents());
    const session = await sessions.open(id, wire, senderOf(request));
    try {
      await handle(session, request, response);
    } finally {
      if (wire.sessionId === undefined) await session.close('initialize was refused');
    }
  }
  return router;
}

async function handle(
  session: HttpSession<StreamableWire>,
  request: Request,
  response: Response,
): Promise<void> {
  const life = session.life();
  onEnd(response, () => {
    life[Symbol.dispose]();
  });
  session.wire.watch(request, response);
  await session.wire.handleRequest(request, response, request.body);
}

/**
 * A client that comes back to a stream whose call has been answered gets the rest and the end of it: the SDK would leave
 * the stream open. Where nothing is left, 204 tells it not to come again.
 */
function resumeComplete(session: HttpSession<StreamableWire>, request: Request, response: Response): boolean {
  const lastEventId = request.get('last-event-id');
  if (lastEventId === undefined) return false;
  const after = session.wire.events.after(lastEventId);
  if (!after) throw new HttpFailure(400, 'This event id is not known, or no longer');
  if (!after.isComplete) return false;
  if (after.rest.length === 0) {
    response.status(204).end();
    return true;
  }
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
    'Mcp-Session-Id': session.wire.sessionId,
  });
  for (const { id, message } of after.rest)
    response.write(`event: message\nid: ${id}\ndata: ${JSON.stringify(message)}\n\n`);
  response.end();
  return true;
}

function sessionIdOf(request: Request): string | undefined {
  return request.get('mcp-session-id');
}

function missingId(): never {
  throw new HttpFailure(400, 'Mcp-Session-Id header is required');
}

function refuseBatch(request: Request, body: unknown): void {
  const version = request.get('mcp-protocol-version');
  if (!Array.isArray(body) || version === undefined || version < NO_BATCHES_SINCE) return;
  throw new HttpFailure(400, 'The body must be one message', { code: RPC.invalidRequest });
}
