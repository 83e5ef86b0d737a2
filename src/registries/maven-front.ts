import type { Documents } from './documents.ts';
import type { Files } from './files.ts';
import { FrontError, NOT_FOUND } from './front-error.ts';
import { fromHex, type Integrity } from './integrity.ts';
import type { MavenConfiguration } from './maven-configuration.ts';
import type { Registry } from './registry.ts';
import type { Question, Reply } from './reply.ts';

const PART = /^[\w+~-][\w.+~-]*$/;
const MAX_PATH_LENGTH = 1024;
const SIDECAR = /\.(?:sha1|sha256|sha512|md5|asc)$/;
const MAX_SIDECAR_BYTES = 4096;

/** Artifacts, POMs, lists of versions and their checksums, of the first repository that has them. */
export class MavenFront {
  readonly #documents: Documents;
  readonly #files: Files;

  constructor(documents: Documents, files: Files) {
    this.#documents = documents;
    this.#files = files;
  }

  async answer({ repositories }: MavenConfiguration, { parts }: Question): Promise<Reply> {
    const place = parts.join('/');
    if (parts.length < 2 || place.length > MAX_PATH_LENGTH || !parts.every((part) => PART.test(part)))
      throw new FrontError(NOT_FOUND, 'the front for Maven has artifacts of the standard layout');
    for (const registry of repositories) {
      const reply = await this.#from(registry, place).catch((error: unknown) => {
        if (error instanceof FrontError && error.status === NOT_FOUND) return undefined;
        throw error;
      });
      if (reply !== undefined) return reply;
    }
    throw new FrontError(NOT_FOUND, `no Maven repository of the host has ${parts.at(-1) ?? ''}`);
  }

  async #from(registry: Registry, place: string): Promise<Reply | undefined> {
    const url = new URL(place, registry.url);
    const isChanging = place.includes('maven-metadata') || place.includes('-SNAPSHOT');
    if (isChanging && (SIDECAR.test(place) || place.endsWith('.xml'))) return this.#document(registry, url);
    const contentType = SIDECAR.test(place) ? 'text/plain' : 'application/octet-stream';
    if (SIDECAR.test(place)) {
      const file = await this.#files.open({ registry, url, integrity: undefined, isAlwaysKept: true });
      return { contentType, file };
    }
    const integrity = await this.#checksum(registry, url, isChanging);
    return { contentType, file: await this.#files.open({ registry, url, integrity }) };
  }

  async #document(registry: Registry, url: URL): Promise<Reply | undefined> {
    const document = await this.#documents.get(registry, url);
    return document && { contentType: document.contentType, body: document.body, isStale: document.isStale };
  }

  /** What the file beside it says; undefined where there is none, and the artifact then is not kept. */
  async #checksum(registry: Registry, artifact: URL, isChanging: boolean): Promise<Integrity | undefined> {
    for (const algorithm of ['sha1', 'sha256'] as const) {
      const url = new URL(`${artifact.href}.${algorithm}`);
      const said = isChanging
        ? (await this.#documents.get(registry, url))?.body.toString('latin1')
        : await this.#sidecar(registry, url);
      const words = said?.match(/\b[\da-f]+\b/gi) ?? [];
      const integrity = words.map((word) => fromHex(algorithm, word)).find((value) => value !== undefined);
      if (integrity !== undefined) return integrity;
    }
    return undefined;
  }

  async #sidecar(registry: Registry, url: URL): Promise<string | undefined> {
    try {
      await using file = await this.#files.open({ registry, url, integrity: undefined, isAlwaysKept: true });
      let content = '';
      for await (const chunk of file.read()) {
        content += chunk.toString('latin1');
        if (content.length > MAX_SIDECAR_BYTES) return undefined;
      }
      return content;
    } catch (error) {
      if (error instanceof FrontError && error.status === NOT_FOUND) return undefined;
      throw error;
    }
  }
}
