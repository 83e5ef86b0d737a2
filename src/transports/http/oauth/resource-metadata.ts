import { Router } from 'express';
import { HttpFailure } from '../failure.ts';
import { METADATA_PATHS, type ProtectedResource } from './protected-resource.ts';

/** The metadata of RFC 9728, by which clients find the authorization server; it needs no token. */
export function resourceMetadata(resource: ProtectedResource): Router {
  const router = Router({ strict: true });
  for (const [path, about] of METADATA_PATHS) {
    router.get(path, (_request, response) => {
      response.json(resource.metadata(about));
    });
    router.all(path, () => {
      throw new HttpFailure(405, 'Method not allowed', { headers: { Allow: 'GET' } });
    });
  }
  return router;
}
