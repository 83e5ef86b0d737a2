import { Router } from 'express';
import { HttpFailure } from './failure.ts';

/** Metrics as Prometheus reads them. */
export interface MetricsPage {
  readonly contentType: string;
  render(): Promise<string>;
}

/** /metrics, for those who may use the server. */
export function metricsRoute(page: MetricsPage): Router {
  const router = Router();
  router.get('/metrics', async (_request, response) => {
    const text = await page.render();
    response.set('Content-Type', page.contentType).send(text);
  });
  router.all('/metrics', () => {
    throw new HttpFailure(405, 'Method not allowed', { headers: { Allow: 'GET' } });
  });
  return router;
}
