import type { Documents } from './documents.ts';
import type { Files } from './files.ts';
import { FrontError, NOT_FOUND } from './front-error.ts';
import { type GoConfiguration, matchesPatterns } from './go-configuration.ts';
import type { Registry } from './registry.ts';
import type { Question, Reply } from './reply.ts';

/** Of a path in which capitals are written `!x`. */
const ELEMENT = /^[a-z\d!_~-][a-z\d.!_~-]*$/;
const MAX_PATH_LENGTH = 512;
const VERSION = /^[\w!][\w.!+~-]{0,255}$/;
/** A version that is always the same; a branch, or `v1`, is what it is today. */
const FINAL_VERSION = /^v\d+\.\d+\.\d+/;
const CHECKSUMS =
  /^(?:supported|latest|lookup\/[\w.!~+/-]+@[\w.!~+-]+|tile\/\d+\/(?:\d+|data)\/[x\d/]+(?:\.p\/\d+)?)$/;

/** Modules by the protocol of GOPROXY, and the database of their checksums, with which go checks them itself. */
export class GoFront {
  readonly #documents: Documents;
  readonly #files: Files;

  constructor(documents: Documents, files: Files) {
    this.#documents = documents;
    this.#files = files;
  }

  async answer(go: GoConfiguration, { parts }: Question): Promise<Reply> {
    if (parts[0] === 'sumdb') return this.#checksums(go, parts[1] ?? '', parts.slice(2));
    const isLatest = parts.at(-1) === '@latest';
    const isAboutVersion = parts.at(-2) === '@v';
    if (!isLatest && !isAboutVersion) throw noSuchThing();
    const elements = parts.slice(0, isLatest ? -1 : -2);
    const path = elements.join('/');
    const isPath =
      path.length <= MAX_PATH_LENGTH && elements.length > 0 && elements.every((e) => ELEMENT.test(e));
    if (!isPath) throw noSuchThing();
    const module = path.replaceAll(/!([a-z])/g, (_match, letter: string) => letter.toUpperCase());
    if (matchesPatterns(go.neverFromProxies, module))
      throw new FrontError(
        NOT_FOUND,
        `the host fetches ${module} from version control (GONOPROXY, GOPRIVATE), which sandboxes cannot reach`,
      );
    if (isLatest) return this.#changing(go, `${path}/@latest`, module);
    return this.#version(go, { path, module, file: parts.at(-1) ?? '' });
  }

  async #version(
    go: GoConfiguration,
    { path, module, file }: { path: string; module: string; file: string },
  ): Promise<Reply> {
    if (file === 'list') return this.#changing(go, `${path}/@v/list`, module);
    const [, version = '', kind] = /^(.+)\.(info|mod|zip)$/.exec(file) ?? [];
    if (kind === undefined || !VERSION.test(version)) throw noSuchThing();
    const place = `${path}/@v/${file}`;
    if (!FINAL_VERSION.test(version)) return this.#changing(go, place, module);
    const contentType = kind === 'zip' ? 'application/zip' : 'text/plain; charset=utf-8';
    return this.#first(go, module, async (registry) => {
      const url = new URL(place, registry.url);
      return {
        contentType,
        file: await this.#files.open({ registry, url, integrity: undefined, isAlwaysKept: true }),
      };
    });
  }

  async #changing(go: GoConfiguration, place: string, module: string): Promise<Reply> {
    return this.#first(go, module, async (registry) => this.#text(registry, place));
  }

  async #text(registry: Registry, place: string): Promise<Reply | undefined> {
    const document = await this.#documents.get(registry, new URL(place, registry.url));
    if (document === undefined) return undefined;
    return { contentType: 'text/plain; charset=utf-8', body: document.body, isStale: document.isStale };
  }

  /** The first proxy's that has it, as the separators of GOPROXY say. */
  async #first(
    go: GoConfiguration,
    module: string,
    askProxy: (registry: Registry) => Promise<Reply | undefined>,
  ): Promise<Reply> {
    let failure: unknown;
    for (const { registry, isSkippedOnFailure } of go.proxies) {
      try {
        const reply = await askProxy(registry);
        if (reply !== undefined) return reply;
      } catch (error) {
        const isMissing = error instanceof FrontError && error.status === NOT_FOUND;
        if (!isMissing && !isSkippedOnFailure) throw error;
        if (!isMissing) failure = error;
      }
    }
    if (failure !== undefined) throw failure as Error; // what was caught above
    throw new FrontError(NOT_FOUND, `no module proxy of the host has this of ${module}`);
  }

  async #checksums(
    { proxies, checksumDatabase }: GoConfiguration,
    name: string,
    rest: readonly string[],
  ): Promise<Reply> {
    const place = rest.join('/');
    if (checksumDatabase?.name !== name || !CHECKSUMS.test(place) || place.length > MAX_PATH_LENGTH * 2)
      throw new FrontError(NOT_FOUND, 'the host uses no such database of checksums');
    if (place === 'supported') return { contentType: 'text/plain; charset=utf-8', body: '' };
    const { registry, url } = await this.#database(proxies, checksumDatabase, place);
    if (place !== 'latest') {
      const file = await this.#files.open({ registry, url, integrity: undefined, isAlwaysKept: true });
      return { contentType: 'application/octet-stream', file };
    }
    const document = await this.#documents.get(registry, url);
    if (document === undefined)
      throw new FrontError(NOT_FOUND, 'the database of checksums has no such entry');
    return { contentType: 'text/plain; charset=utf-8', body: document.body, isStale: document.isStale };
  }

  /** Through the first proxy that passes it on, as go itself does. */
  async #database(
    proxies: GoConfiguration['proxies'],
    { name, registry }: NonNullable<GoConfiguration['checksumDatabase']>,
    place: string,
  ): Promise<{ registry: Registry; url: URL }> {
    for (const { registry: proxy } of proxies) {
      const isPassedOn = await this.#documents.get(proxy, new URL(`sumdb/${name}/supported`, proxy.url));
      if (isPassedOn !== undefined)
        return { registry: proxy, url: new URL(`sumdb/${name}/${place}`, proxy.url) };
    }
    return { registry, url: new URL(place, registry.url) };
  }
}

function noSuchThing(): FrontError {
  return new FrontError(NOT_FOUND, 'the front for Go has modules, as GOPROXY asks for them');
}
