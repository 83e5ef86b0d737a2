import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Documents, notReadable } from './documents.ts';
import type { OpenFile } from './download.ts';
import type { Files } from './files.ts';
import { FrontError, NOT_FOUND, UNREACHABLE } from './front-error.ts';
import { fromHashes } from './integrity.ts';
import type { PipConfiguration } from './pip-configuration.ts';
import type { Registry } from './registry.ts';
import type { Question, Reply } from './reply.ts';
import {
  ACCEPT,
  JSON_TYPE,
  parseSimplePage,
  type ProjectFile,
  renderHtml,
  renderJson,
} from './simple-index.ts';

/** A file of the host's `find-links` folders, or of an index. */
type Offer =
  { readonly file: ProjectFile; readonly registry: Registry } | { readonly path: string; file: ProjectFile };

const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$/i;

/** `simple/NAME/` and `files/NAME/FILE` for pip and its kin. A file is what the index names; no other URL is fetched. */
export class PipFront {
  readonly #documents: Documents;
  readonly #files: Files;
  readonly #noteFileHosts: (urls: Iterable<URL>) => void;

  constructor(documents: Documents, files: Files, noteFileHosts: (urls: Iterable<URL>) => void) {
    this.#documents = documents;
    this.#files = files;
    this.#noteFileHosts = noteFileHosts;
  }

  async answer(pip: PipConfiguration, { parts, accept, base }: Question): Promise<Reply> {
    const [section, name = '', filename = '', ...rest] = parts;
    if (!NAME.test(name) || rest.length > 0) throw noSuchThing();
    const project = name.toLowerCase().replaceAll(/[-_.]+/g, '-');
    if (section === 'simple' && filename === '') {
      const { offers, isStale } = await this.#offers(pip, project, false);
      const files = offers.map(({ file }) => file);
      const urlOf = (file: ProjectFile): string =>
        `${base}/pypi/files/${project}/${encodeURIComponent(file.filename)}`;
      return accept.includes(JSON_TYPE)
        ? { contentType: JSON_TYPE, body: renderJson(project, files, urlOf), isStale }
        : { contentType: 'text/html; charset=utf-8', body: renderHtml(project, files, urlOf), isStale };
    }
    if (section === 'files' && filename !== '') return this.#file(pip, project, filename);
    throw noSuchThing();
  }

  /** A file that the index at hand does not name may have come since: the registry is asked again, once. */
  async #file(pip: PipConfiguration, project: string, filename: string): Promise<Reply> {
    for (const isRevalidated of [false, true]) {
      const { offers } = await this.#offers(pip, project, isRevalidated);
      const offer = offers.find(({ file }) => file.filename === filename);
      if (offer !== undefined)
        return { contentType: 'application/octet-stream', file: await this.#open(offer) };
      const whole = offers.find(({ file }) => `${file.filename}.metadata` === filename)?.file;
      const metadata = whole && offers.find(({ file }) => file === whole);
      if (metadata && 'registry' in metadata && metadata.file.coreMetadata !== false)
        return { contentType: 'application/octet-stream', file: await this.#openMetadata(metadata) };
    }
    throw noSuchThing();
  }

  async #open(offer: Offer): Promise<OpenFile> {
    if ('path' in offer) return openLocal(offer.path);
    const { registry, file } = offer;
    return this.#files.open({ registry, url: file.url, integrity: fromHashes(file.hashes) });
  }

  async #openMetadata({ registry, file }: Extract<Offer, { registry: Registry }>): Promise<OpenFile> {
    const url = new URL(file.url);
    url.pathname += '.metadata';
    const hashes = typeof file.coreMetadata === 'object' ? file.coreMetadata : {};
    return this.#files.open({ registry, url, integrity: fromHashes(hashes) });
  }

  /**
   * As pip has it: the files of all indexes together, and of the `find-links`; of two with one name the first
   * counts. An index that fails is left out while another has the project.
   */
  async #offers(
    pip: PipConfiguration,
    project: string,
    isRevalidated: boolean,
  ): Promise<{ offers: Offer[]; isStale: boolean }> {
    const sources = [
      ...pip.indexes.map((registry) => ({ registry, url: new URL(`${project}/`, registry.url) })),
      ...pip.pages.map((registry) => ({ registry, url: registry.url })),
    ];
    const local = await Promise.all(pip.folders.map(async (folder) => filesIn(folder)));
    const asked = await Promise.allSettled(
      sources.map(async ({ registry, url }) => {
        const page = await this.#documents.get(registry, url, { accept: ACCEPT, isRevalidated });
        if (page === undefined) return { offers: [], isStale: false };
        const files = parseSimplePage(page);
        if (files === undefined) throw notReadable(registry);
        this.#noteFileHosts(files.map(({ url }) => url));
        return { offers: files.map((file) => ({ file, registry })), isStale: page.isStale };
      }),
    );
    const pages = asked.flatMap((page) => (page.status === 'fulfilled' ? [page.value] : []));
    const found = [...local.flat(), ...pages.flatMap(({ offers }) => offers)];
    const offers = found.filter(({ file }) => projectOf(file.filename, project));
    const failed = asked.find((page) => page.status === 'rejected');
    if (offers.length === 0 && failed !== undefined) throw failed.reason;
    if (offers.length === 0) throw new FrontError(NOT_FOUND, `no index of pip has a package ${project}`);
    const byName = new Map(offers.toReversed().map((offer) => [offer.file.filename, offer]));
    return {
      offers: offers.filter((offer) => byName.get(offer.file.filename) === offer),
      isStale: pages.some((page) => page.isStale),
    };
  }
}

function noSuchThing(): FrontError {
  return new FrontError(NOT_FOUND, 'the front for pip has simple/NAME/ and the files that are named there');
}

/** Whether a file belongs to a project: `find-links` hold those of many. */
function projectOf(filename: string, project: string): boolean {
  const normalized = filename.toLowerCase().replaceAll(/[-_.]+/g, '-');
  return normalized.startsWith(`${project}-`);
}

const PACKAGE = /^[A-Za-z0-9][\w.+!~-]*\.(?:whl|tar\.gz|tgz|tar\.bz2|zip)$/;

async function filesIn(folder: string): Promise<Offer[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => PACKAGE.test(name))
    .map((filename) => {
      const facts = { hashes: {}, requiresPython: undefined, yanked: false, coreMetadata: false };
      const file = {
        filename,
        url: new URL('file:///'),
        ...facts,
        sizeBytes: undefined,
        uploadTime: undefined,
      };
      return { path: path.join(folder, filename), file };
    });
}

async function openLocal(file: string): Promise<OpenFile> {
  if (!(await stat(file).catch(() => undefined))?.isFile()) throw noSuchThing();
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw new FrontError(UNREACHABLE, 'a package in a find-links folder of the host cannot be read', {
      cause: error,
    });
  });
  const { size } = await handle.stat();
  return {
    sizeBytes: size,
    read: async function* () {
      for await (const chunk of handle.createReadStream({ autoClose: false })) yield chunk as Buffer; // no encoding is set
    },
    [Symbol.asyncDispose]: async () => handle.close(),
  };
}
