import { z } from 'zod';
import { type Documents, notReadable, type RegistryDocument } from './documents.ts';
import type { Files } from './files.ts';
import { FrontError, NOT_FOUND } from './front-error.ts';
import { fromHex, fromSubresourceIntegrity, type Integrity } from './integrity.ts';
import type { NpmConfiguration } from './npm-configuration.ts';
import { type Dist, KnownTarballs, manifestSchema } from './npm-tarballs.ts';
import { isHttp, type Registry } from './registry.ts';
import type { Question, Reply } from './reply.ts';

/** Only what installs need: a tenth of the whole, which is asked for where a client wants it. */
const ABBREVIATED = 'application/vnd.npm.install-v1+json';
const ACCEPT_ABBREVIATED = `${ABBREVIATED}; q=1.0, application/json; q=0.8, */*`;

const NAME = /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/;
const MAX_NAME_LENGTH = 214;
const VERSION = /^[\w][\w.+-]{0,255}$/;

const packumentSchema = z.looseObject({
  versions: z.record(z.string(), z.unknown()),
  'dist-tags': z.record(z.string(), z.string()).optional(),
});

type Packument = z.output<typeof packumentSchema>;
type Manifest = z.output<typeof manifestSchema>;

/** Packuments, manifests, tags and tarballs for npm and its kin. A tarball is what a packument names. */
export class NpmFront {
  readonly #documents: Documents;
  readonly #files: Files;
  readonly #tarballs = new KnownTarballs();

  constructor(documents: Documents, files: Files) {
    this.#documents = documents;
    this.#files = files;
  }

  async answer(npm: NpmConfiguration, { parts, accept, base }: Question): Promise<Reply> {
    if (parts[0] === '-') return this.#about(npm, parts.slice(1));
    const { name, rest } = splitName(parts);
    const [first, second = ''] = rest;
    if (first === '-' && rest.length === 2) return this.#tarball(npm, name, second);
    if (rest.length > 1 || (first !== undefined && !VERSION.test(first))) throw noSuchThing();
    const isAbbreviated = first === undefined && accept.includes(ABBREVIATED);
    const { packument, document } = await this.#packument(npm, name, { isAbbreviated });
    const answered = first === undefined ? packument : manifestOf(packument, first);
    pointTarballsTo(base, name, first === undefined ? Object.entries(packument.versions) : [['', answered]]);
    return {
      contentType: isAbbreviated ? ABBREVIATED : 'application/json',
      body: JSON.stringify(answered),
      isStale: document.isStale,
    };
  }

  async #about(npm: NpmConfiguration, parts: readonly string[]): Promise<Reply> {
    const contentType = 'application/json';
    if (parts[0] === 'ping') return { contentType, body: '{}' };
    if (parts[0] !== 'package' || parts.at(-1) !== 'dist-tags') throw noSuchThing();
    const { name, rest } = splitName(parts.slice(1));
    if (rest.length !== 1) throw noSuchThing();
    const { packument } = await this.#packument(npm, name, { isAbbreviated: true });
    return { contentType, body: JSON.stringify(packument['dist-tags'] ?? {}) };
  }

  /** A version that the packument at hand does not name may have come since: the registry is asked again, once. */
  async #tarball(npm: NpmConfiguration, name: string, filename: string): Promise<Reply> {
    const unscoped = name.slice(name.indexOf('/') + 1);
    const version =
      filename.startsWith(`${unscoped}-`) && /^(.+)\.tgz$/.exec(filename.slice(unscoped.length + 1))?.[1];
    if (typeof version !== 'string' || !VERSION.test(version)) throw noSuchThing();
    for (const isRevalidated of [false, true]) {
      const { registry, document } = await this.#document(npm, name, { isAbbreviated: true, isRevalidated });
      const dist = this.#tarballs.of(document.id, () => parsePackument(registry, document).versions)(version);
      if (dist === undefined) continue;
      const url = URL.canParse(dist.tarball) ? new URL(dist.tarball) : undefined;
      if (url === undefined || !isHttp(url)) throw notReadable(registry);
      url.username = url.password = url.hash = '';
      const file = await this.#files.open({ registry, url, integrity: integrityOf(dist) });
      return { contentType: 'application/octet-stream', file };
    }
    throw new FrontError(NOT_FOUND, `the registry for npm has no version ${version} of ${name}`);
  }

  async #packument(
    npm: NpmConfiguration,
    name: string,
    wanted: Wanted,
  ): Promise<Found & { packument: Packument }> {
    const found = await this.#document(npm, name, wanted);
    const packument = parsePackument(found.registry, found.document);
    if (wanted.isAbbreviated) this.#tarballs.of(found.document.id, () => packument.versions);
    return { ...found, packument };
  }

  async #document(
    npm: NpmConfiguration,
    name: string,
    { isAbbreviated, isRevalidated = false }: Wanted,
  ): Promise<Found> {
    const registry = npm.scopes.get(name.slice(0, Math.max(0, name.indexOf('/')))) ?? npm.registry;
    if (registry === undefined) throw new FrontError(NOT_FOUND, 'npm of the host has no registry over HTTP');
    const url = new URL(name.replace('/', '%2f'), registry.url);
    const accept = isAbbreviated ? ACCEPT_ABBREVIATED : 'application/json';
    const document = await this.#documents.get(registry, url, { accept, isRevalidated });
    if (document !== undefined) return { registry, document };
    throw new FrontError(NOT_FOUND, `the registry for npm has no package ${name}`);
  }
}

interface Wanted {
  readonly isAbbreviated: boolean;
  readonly isRevalidated?: boolean;
}

interface Found {
  readonly registry: Registry;
  readonly document: RegistryDocument;
}

function parsePackument(registry: Registry, { body }: RegistryDocument): Packument {
  let content: unknown;
  try {
    content = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw notReadable(registry, error);
  }
  const packument = packumentSchema.safeParse(content);
  if (!packument.success) throw notReadable(registry, packument.error);
  return packument.data;
}

/** Of a version, or of a tag. */
function manifestOf(packument: Packument, wanted: string): Manifest {
  const version = ownValue(packument['dist-tags'] ?? {}, wanted) ?? wanted;
  const manifest = manifestSchema.safeParse(ownValue(packument.versions, version));
  if (manifest.success) return manifest.data;
  throw new FrontError(NOT_FOUND, `the registry for npm has no version ${wanted} of this package`);
}

/** Changes what was parsed for this answer alone: every tarball comes from the front. */
function pointTarballsTo(
  base: string,
  name: string,
  manifests: readonly (readonly [string, unknown])[],
): void {
  const unscoped = name.slice(name.indexOf('/') + 1);
  for (const [key, entry] of manifests) {
    if (!hasDist(entry)) continue;
    const version = key === '' && typeof entry.version === 'string' ? entry.version : key;
    entry.dist.tarball = `${base}/npm/${name}/-/${unscoped}-${encodeURIComponent(version)}.tgz`;
  }
}

function hasDist(entry: unknown): entry is { version?: unknown; dist: { tarball: string } } {
  return manifestSchema.safeParse(entry).success;
}

function integrityOf({ integrity, shasum }: Dist): Integrity | undefined {
  return fromSubresourceIntegrity(integrity ?? '') ?? fromHex('sha1', shasum);
}

function splitName(parts: readonly string[]): { name: string; rest: readonly string[] } {
  // Clients write the slash of a scoped name as it is, or encoded.
  const isSplit = parts[0]?.startsWith('@') === true && !parts[0].includes('/');
  const name = parts.slice(0, isSplit ? 2 : 1).join('/');
  if (name.length > MAX_NAME_LENGTH || !NAME.test(name)) throw noSuchThing();
  return { name, rest: parts.slice(isSplit ? 2 : 1) };
}

function ownValue<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function noSuchThing(): FrontError {
  return new FrontError(NOT_FOUND, 'the front for npm has packages, their versions, tags and tarballs');
}
