import { z } from 'zod';
import { isAcceptable, type ProtectedResource } from './protected-resource.ts';

const MAX_BYTES = 512 * 1024;

/** Loose, as both standards allow more. */
const issuerMetadata = z.looseObject({ issuer: z.string(), jwks_uri: z.url() });
const keySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });

export type KeySet = z.output<typeof keySet>;

/** Fetches the public keys of the issuer from where its metadata, or a setting, says. Throws where it cannot. */
export async function fetchKeySet(
  { issuer, jwksUrl }: Pick<ProtectedResource, 'issuer' | 'jwksUrl'>,
  signal: AbortSignal,
): Promise<KeySet> {
  const url = jwksUrl === undefined ? await findKeySet(issuer, signal) : new URL(jwksUrl);
  return keySet.parse(await fetchJson(url, signal));
}

async function findKeySet(issuer: string, signal: AbortSignal): Promise<URL> {
  let failure: unknown;
  for (const url of metadataUrls(issuer)) {
    try {
      const metadata = issuerMetadata.parse(await fetchJson(url, signal));
      if (metadata.issuer !== issuer)
        throw new Error(`${url.href} is about another issuer, ${metadata.issuer}`);
      const keys = new URL(metadata.jwks_uri);
      if (!isAcceptable(keys))
        throw new Error(`${url.href} says that the keys are at ${keys.href}, without TLS`);
      return keys;
    } catch (error) {
      failure ??= error; // the others are the less usual places
      signal.throwIfAborted();
    }
  }
  throw failure;
}

/** RFC 8414 puts the well-known part before the path of the issuer, OpenID Connect behind it. */
function metadataUrls(issuer: string): URL[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const urls = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/openid-configuration${path}`,
  ];
  return [...new Set(urls)].map((url) => new URL(url));
}

async function fetchJson(url: URL, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { signal, redirect: 'manual', headers: { Accept: 'application/json' } });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${url.href} answered ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body = response.body as ReadableStream<Uint8Array> | null; // that of fetch gives bytes, always
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new Error(`${url.href} answered with more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
