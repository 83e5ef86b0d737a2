import { JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import { type Request, type Response, Router } from 'express';
import type { Admission } from './admission.ts';
import { readJson } from './body.ts';
import { HttpFailure, RPC } from './failure.ts';
import type { HttpSessions } from './http-sessions.ts';
import { senderOf } from './principal.ts';
import { onEnd } from './request-end.ts';
import { SseWire } from './sse-wire.ts';

/** Below what proxies and clients take for a dead connection. */
const KEEP_ALIVE_MS = 15_000;

/**
 * HTTP+SSE, the transport before Streamable HTTP: the client reads one stream at /sse and posts its messages to /messages.
 * The session ends with its stream, as there is no way to come back to one.
 */
export function legacySse(sessions: HttpSessions<SseWire>, admission: Admission): Router {
  const router = Router();
  router.get('/sse', async (request: Request, response: Response) => {
    admission.admitSession();
    const wire = new SseWire('/messages', response);
    const session = await sessions.open(wire.sessionId, wire, senderOf(request));
    const life = session.life();
    const keepAlive = setInterval(() => {
      wire.keepAlive();
    }, KEEP_ALIVE_MS);
    onEnd(response, () => {
      clearInterval(keepAlive);
      life[Symbol.dispose]();
      void session.close('its stream has ended');
    });
  });
  router.post('/messages', readJson, async (request: Request, response: Response) => {
    const { sessionId } = request.query;
    if (typeof sessionId !== 'string') throw new HttpFailure(400, 'The query must have one sessionId');
    const session = sessions.find(sessionId, senderOf(request));
    const { success, data } = JSONRPCMessageSchema.safeParse(request.body);
    if (!success) throw new HttpFailure(400, 'The body is no JSON-RPC message', { code: RPC.parse });
    admission.admitCalls(data, session.calls);
    await session.wire.handleMessage(data, { requestInfo: { headers: request.headers } });
    response.status(202).end();
  });
  for (const [path, method] of [
    ['/sse', 'GET'],
    ['/messages', 'POST'],
  ] as const) {
    router.use(path, () => {
      throw new HttpFailure(405, 'Method not allowed', { headers: { Allow: method } });
    });
  }
  return router;
}
