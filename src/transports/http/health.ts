import { Router } from 'express';

/** Why no sandbox can be made now, as a code; undefined where one can. */
export type Ready = () => Promise<string | undefined>;

/** /healthz: the process lives. /readyz: it can make sandboxes, and takes new clients. Neither needs a token. */
export function health(ready: Ready, isStopping: () => boolean): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const reason = isStopping() ? 'SERVER_STOPPING' : await ready();
    if (reason === undefined) response.json({ status: 'ready' });
    else response.status(503).json({ status: 'unavailable', reason });
  });
  return router;
}
