import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from 'zod';
import type { Logger } from '../logger.ts';
import type { DownloadStore } from './download-store.ts';
import { BAD_ANSWER, FrontError, UNREACHABLE } from './front-error.ts';
import { hostAndPort, type Registry } from './registry.ts';
import { type Answer, nameOf, type Upstream } from './upstream.ts';

const MAX_DOCUMENT_BYTES = 64 * 1_048_576;
const DOCUMENT_TIMEOUT_MS = 60_000;
/** How long a document is taken as it is: what the registry says, between these. */
const FRESH_S = { least: 30, most: 600, unsaid: 300 };

/** An answer of a registry that may change, held as a whole: an index page, a list of versions. */
export interface RegistryDocument {
  /** Where it came from in the end: what its links are relative to. */
  readonly url: URL;
  readonly contentType: string;
  readonly body: Buffer;
  /** The registry could not be reached, and this is what it said before. */
  readonly isStale: boolean;
  /** Of this content: another one has another. */
  readonly id: string;
}

interface GetOptions {
  readonly accept?: string;
  /** Asks the registry whether it has changed, however young it is. */
  readonly isRevalidated?: boolean;
}

const headSchema = z.strictObject({
  url: z.url(),
  contentType: z.string(),
  etag: z.string().optional(),
  bodyBytes: z.number(),
  bodyFetchedAtMs: z.number(),
  /** Or was said to be the same. */
  fetchedAtMs: z.number(),
  freshS: z.number(),
});

interface Kept {
  readonly head: z.output<typeof headSchema>;
  readonly body: Buffer;
}

/** Documents of registries, kept between requests and servers. */
export class Documents {
  readonly #upstream: Upstream;
  readonly #store: DownloadStore;
  readonly #logger: Logger;
  readonly #stopped: AbortSignal;
  readonly #running = new Map<string, Promise<RegistryDocument | undefined>>();

  constructor(upstream: Upstream, store: DownloadStore, logger: Logger, stopped: AbortSignal) {
    this.#upstream = upstream;
    this.#store = store;
    this.#logger = logger;
    this.#stopped = stopped;
  }

  /** Undefined where the registry does not have it. Throws a {@link FrontError} where it cannot be had. */
  async get(registry: Registry, url: URL, options: GetOptions = {}): Promise<RegistryDocument | undefined> {
    const { accept = '*/*', isRevalidated = false } = options;
    const key = `${url.href}\n${accept}`;
    // Shared by those who ask at the same time; a document is small, so that it comes to its end if they leave.
    const shared = `${key}\n${String(isRevalidated)}`;
    let running = this.#running.get(shared);
    if (running === undefined) {
      running = this.#find(registry, url, { accept, isRevalidated, key }).finally(() => {
        this.#running.delete(shared);
      });
      this.#running.set(shared, running);
    }
    return running;
  }

  async #find(
    registry: Registry,
    url: URL,
    { accept, isRevalidated, key }: Required<GetOptions> & { key: string },
  ): Promise<RegistryDocument | undefined> {
    const kept = parseKept(await this.#store.read('documents', key));
    if (kept !== undefined && !isRevalidated && isFresh(kept)) return toDocument(kept, false);
    try {
      const fetched = await this.#fetch(registry, url, { accept, kept });
      if (fetched !== undefined) await this.#store.write('documents', key, serialized(fetched));
      return fetched && toDocument(fetched, false);
    } catch (error) {
      const isAway = error instanceof FrontError && error.status === UNREACHABLE;
      if (kept === undefined || !isAway) throw error;
      const age = Math.round((Date.now() - kept.head.fetchedAtMs) / 1000);
      this.#logger.warn('a registry is not reached; what it said before is used', {
        registry: hostAndPort(registry.url).host,
        ageS: age,
      });
      return toDocument(kept, true);
    }
  }

  async #fetch(
    registry: Registry,
    url: URL,
    { accept, kept }: { accept: string; kept: Kept | undefined },
  ): Promise<Kept | undefined> {
    const etag = kept?.head.etag;
    const signal = AbortSignal.any([this.#stopped, AbortSignal.timeout(DOCUMENT_TIMEOUT_MS)]);
    const headers = {
      accept,
      'accept-encoding': 'gzip',
      ...(etag !== undefined && { 'if-none-match': etag }),
    };
    try {
      const answer = await this.#upstream.ask(registry, url, { headers, signal });
      if (answer.status === 304 && kept !== undefined) {
        answer.body.on('error', () => undefined).destroy();
        return { ...kept, head: { ...kept.head, fetchedAtMs: Date.now() } };
      }
      if (!isFound(registry, answer)) return undefined;
      const body = await bodyOf(registry, answer);
      return { head: { ...headOf(answer), bodyBytes: body.length }, body };
    } catch (error) {
      if (error instanceof FrontError || this.#stopped.aborted) throw error;
      throw new FrontError(
        UNREACHABLE,
        `${nameOf(registry)} stopped in the middle of an answer; this machine may be offline`,
        { cause: error },
      );
    }
  }
}

/**
 * Whether an answer brings what was asked for; false where the registry does not have it. Throws a
 * {@link FrontError} otherwise. The body is gone unless the answer is true.
 */
export function isFound(registry: Registry, { status, body }: Answer): boolean {
  if (status === 200) return true;
  body.on('error', () => undefined).destroy();
  if (status === 404 || status === 410) return false;
  const { host } = registry.url;
  if (status === 401 || status === 403 || status === 407) {
    const message = `${nameOf(registry)} at ${host} refused this (${status}): check the host's credentials for it`;
    throw new FrontError(403, message);
  }
  const code = status >= 500 || status === 429 ? UNREACHABLE : BAD_ANSWER;
  throw new FrontError(code, `${nameOf(registry)} at ${host} answered with status ${status}`);
}

function headOf(answer: Answer): Omit<Kept['head'], 'bodyBytes'> {
  const etag = answer.header('etag');
  const maxAge = /(?:^|[\s,])max-age=(\d{1,9})/.exec(answer.header('cache-control') ?? '')?.[1];
  const freshS = maxAge === undefined ? FRESH_S.unsaid : Number(maxAge);
  return {
    url: answer.url.href,
    contentType: answer.header('content-type') ?? '',
    ...(etag !== undefined && { etag }),
    ...{ bodyFetchedAtMs: Date.now(), fetchedAtMs: Date.now() },
    freshS: Math.min(Math.max(freshS, FRESH_S.least), FRESH_S.most),
  };
}

async function bodyOf(registry: Registry, answer: Answer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of answer.body) {
    const bytes = chunk as Buffer; // a body without an encoding
    sizeBytes += bytes.length;
    if (sizeBytes > MAX_DOCUMENT_BYTES) throw tooLarge(registry);
    chunks.push(bytes);
  }
  const body = Buffer.concat(chunks);
  if (answer.header('content-encoding') !== 'gzip') return body;
  try {
    return await promisify(gunzip)(body, { maxOutputLength: MAX_DOCUMENT_BYTES });
  } catch (error) {
    const isTooLarge = error instanceof RangeError;
    throw isTooLarge ? tooLarge(registry) : notReadable(registry, error);
  }
}

function tooLarge(registry: Registry): FrontError {
  const limit = MAX_DOCUMENT_BYTES / 1_048_576;
  return new FrontError(BAD_ANSWER, `${nameOf(registry)} sent a list of more than ${limit} MiB`);
}

/** For an answer that is not in the form that it should have. */
export function notReadable(registry: Registry, cause?: unknown): FrontError {
  const message = `${nameOf(registry)} at ${registry.url.host} sent what is not in the form of one`;
  return new FrontError(BAD_ANSWER, message, { cause });
}

function toDocument({ head, body }: Kept, isStale: boolean): RegistryDocument {
  const id = `${head.url}\n${head.contentType}\n${head.bodyFetchedAtMs}`;
  return { url: new URL(head.url), contentType: head.contentType, body, isStale, id };
}

function isFresh({ head }: Kept): boolean {
  const ageMs = Date.now() - head.fetchedAtMs;
  return ageMs >= 0 && ageMs < head.freshS * 1000;
}

/** One line of JSON, then the body as it came. */
function serialized({ head, body }: Kept): Buffer[] {
  return [Buffer.from(`${JSON.stringify(head)}\n`), body];
}

function parseKept(content: Buffer | undefined): Kept | undefined {
  const end = content?.indexOf(10) ?? -1;
  if (content === undefined || end === -1) return undefined;
  try {
    const head = headSchema.parse(JSON.parse(content.subarray(0, end).toString('utf8')));
    const body = content.subarray(end + 1);
    return body.length === head.bodyBytes ? { head, body } : undefined;
  } catch {
    return undefined; // as if it were not there
  }
}
