import { Parser } from 'htmlparser2';
import { z } from 'zod';
import type { RegistryDocument } from './documents.ts';
import { isHttp } from './registry.ts';

/** A file of a project, as an index of pip names it. */
export interface ProjectFile {
  readonly filename: string;
  readonly url: URL;
  readonly hashes: Readonly<Record<string, string>>;
  readonly requiresPython: string | undefined;
  readonly yanked: string | boolean;
  /** Whether there is a file of its metadata beside it, perhaps with hashes. */
  readonly coreMetadata: boolean | Readonly<Record<string, string>>;
  readonly sizeBytes: number | undefined;
  readonly uploadTime: string | undefined;
}

export const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
export const ACCEPT = `${JSON_TYPE}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1`;

const FILENAME = /^[A-Za-z0-9][\w.+!~-]{0,254}$/;

const hashes = z.record(z.string(), z.string());
const fileSchema = z.object({
  filename: z.string(),
  url: z.string(),
  hashes: hashes.default({}),
  'requires-python': z.string().nullish(),
  yanked: z.union([z.string(), z.boolean()]).nullish(),
  'core-metadata': z.union([z.boolean(), hashes]).nullish(),
  'dist-info-metadata': z.union([z.boolean(), hashes]).nullish(),
  size: z.int().min(0).nullish(),
  'upload-time': z.string().nullish(),
});
const pageSchema = z.object({ files: z.array(z.unknown()) });

/**
 * The files on a page of an index, JSON (PEP 691) or HTML (PEP 503); those that are not in the form of one are left
 * out. Undefined where the page is neither.
 */
export function parseSimplePage(page: RegistryDocument): ProjectFile[] | undefined {
  const type = page.contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type.endsWith('json')) return parseJson(page);
  return type.endsWith('html') ? parseHtml(page) : undefined;
}

function parseJson({ body, url }: RegistryDocument): ProjectFile[] | undefined {
  let content: unknown;
  try {
    content = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  const page = pageSchema.safeParse(content);
  if (!page.success) return undefined;
  return page.data.files.flatMap((entry) => {
    const file = fileSchema.safeParse(entry);
    if (!file.success) return [];
    const { filename, hashes, size, yanked } = file.data;
    return toProjectFile(filename, file.data.url, url, {
      hashes,
      requiresPython: file.data['requires-python'] ?? undefined,
      yanked: yanked ?? false,
      coreMetadata: file.data['core-metadata'] ?? file.data['dist-info-metadata'] ?? false,
      sizeBytes: size ?? undefined,
      uploadTime: file.data['upload-time'] ?? undefined,
    });
  });
}

function parseHtml({ body, url }: RegistryDocument): ProjectFile[] {
  const files: ProjectFile[] = [];
  let relativeTo = url;
  const parser = new Parser({
    onopentag: (name, attributes) => {
      const href = attributes['href'];
      if (href === undefined) return;
      if (name === 'base' && URL.canParse(href, url.href)) relativeTo = new URL(href, url.href);
      if (name === 'a') files.push(...fromLink(href, attributes, relativeTo));
    },
  });
  parser.end(body.toString('utf8'));
  return files;
}

function fromLink(href: string, attributes: Readonly<Record<string, string>>, base: URL): ProjectFile[] {
  if (!URL.canParse(href, base.href)) return [];
  const url = new URL(href, base.href);
  const filename = decodedOrEmpty(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
  const hash = /(?:^#|&)(sha512|sha384|sha256|sha1|md5)=([\da-f]+)/i.exec(url.hash);
  url.hash = '';
  return toProjectFile(filename, url.href, base, {
    hashes: hash === null ? {} : { [hash[1]?.toLowerCase() ?? '']: hash[2]?.toLowerCase() ?? '' },
    requiresPython: attributes['data-requires-python'],
    yanked: attributes['data-yanked'] ?? false,
    coreMetadata: toMetadata(attributes['data-core-metadata'] ?? attributes['data-dist-info-metadata']),
    sizeBytes: undefined,
    uploadTime: undefined,
  });
}

function toProjectFile(
  filename: string,
  href: string,
  base: URL,
  facts: Omit<ProjectFile, 'filename' | 'url'>,
): ProjectFile[] {
  if (!FILENAME.test(filename) || !URL.canParse(href, base.href)) return [];
  const url = new URL(href, base.href);
  url.username = url.password = url.hash = '';
  return isHttp(url) ? [{ filename, url, ...facts }] : [];
}

function toMetadata(value: string | undefined): ProjectFile['coreMetadata'] {
  const [algorithm, hex] = value?.split('=') ?? [];
  if (algorithm === undefined) return false;
  return hex === undefined ? true : { [algorithm]: hex };
}

function decodedOrEmpty(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** The page in JSON, with links that `urlOf` makes. */
export function renderJson(name: string, files: readonly ProjectFile[], urlOf: UrlOf): string {
  return JSON.stringify({
    meta: { 'api-version': '1.0' },
    name,
    files: files.map((file) => ({
      filename: file.filename,
      url: urlOf(file),
      hashes: file.hashes,
      ...(file.requiresPython !== undefined && { 'requires-python': file.requiresPython }),
      yanked: file.yanked === '' ? true : file.yanked,
      // Not under its older name as well: pip 22.3 to 23.0 fails on what it finds there.
      'core-metadata': file.coreMetadata,
      ...(file.sizeBytes !== undefined && { size: file.sizeBytes }),
      ...(file.uploadTime !== undefined && { 'upload-time': file.uploadTime }),
    })),
  });
}

/** The same in HTML, for older versions of pip. */
export function renderHtml(name: string, files: readonly ProjectFile[], urlOf: UrlOf): string {
  const links = files.map((file) => {
    const [algorithm, hex] = Object.entries(file.hashes)[0] ?? [];
    const metadata = typeof file.coreMetadata === 'object' ? Object.entries(file.coreMetadata)[0] : undefined;
    const told = metadata === undefined ? 'true' : metadata.join('=');
    const attributes = {
      href: `${urlOf(file)}${algorithm === undefined ? '' : `#${algorithm}=${hex ?? ''}`}`,
      'data-requires-python': file.requiresPython,
      'data-yanked': file.yanked === false ? undefined : file.yanked === true ? '' : file.yanked,
      'data-core-metadata': file.coreMetadata === false ? undefined : told,
      'data-dist-info-metadata': file.coreMetadata === false ? undefined : told,
    };
    const rendered = Object.entries(attributes).map(([key, value]) =>
      value === undefined ? '' : ` ${key}="${escaped(value)}"`,
    );
    return `<a${rendered.join('')}>${escaped(file.filename)}</a><br>`;
  });
  const head = '<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.0">';
  return `${head}<title>${escaped(name)}</title></head><body>\n${links.join('\n')}\n</body></html>\n`;
}

type UrlOf = (file: ProjectFile) => string;

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');
}
