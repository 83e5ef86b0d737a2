import type { MimeBundle } from './execution.ts';

const MAX_MIME_TYPES = 8;
const MIME_TYPE = /^[\w.+-]{1,64}\/[\w.+;= -]{1,64}$/;

/** The forms of a display that are shown: a guest may name them as it likes, and thousands of them. */
export function typesOf(bundle: MimeBundle): string[] {
  return Object.keys(bundle)
    .filter((type) => MIME_TYPE.test(type))
    .slice(0, MAX_MIME_TYPES);
}

/** Whether content of this type comes as text; all other comes as base64. */
export function isText(mimeType: string): boolean {
  return (
    mimeType.startsWith('text/') ||
    mimeType === 'image/svg+xml' ||
    /[/+](json|xml|javascript)$/.test(mimeType)
  );
}

/** The data without white space, or undefined where a guest gave what is no base64: clients refuse the whole answer. */
export function toBase64(data: string): string | undefined {
  const compact = data.replaceAll(/\s+/g, '');
  const padding = compact.endsWith('==') ? 2 : compact.endsWith('=') ? 1 : 0;
  const digits = padding === 0 ? compact : compact.slice(0, -padding);
  return compact.length % 4 === 0 && !/[^\d+/A-Za-z]/.test(digits) ? compact : undefined;
}

/** What a bundle takes in memory, about, in characters: one of many empty forms takes some, too. */
export function lengthOf(bundle: MimeBundle): number {
  return Object.entries(bundle).reduce((sum, [type, data]) => sum + type.length + data.length + 64, 64);
}
