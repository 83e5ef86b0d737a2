import type { MimeBundle } from './execution.ts';
import { toBase64 } from './mime-bundle.ts';

export interface ImageContent {
  type: 'image';
  data: string;
  mimeType: string;
}

/** What clients show to models. */
export const INLINE_IMAGES: readonly string[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
/** Of all images of an answer, as base64. */
export const MAX_IMAGE_BYTES = 475_000;

/** The images of the displays as far as they fit, and a note on those that are none. */
export function toImages(
  displays: readonly MimeBundle[],
  maxBytes: number,
): { images: ImageContent[]; notes: string[] } {
  const images: ImageContent[] = [];
  const broken: string[] = [];
  let bytes = 0;
  for (const [index, bundle] of displays.entries()) {
    const mimeType = INLINE_IMAGES.find((type) => bundle[type] !== undefined);
    const raw = mimeType === undefined ? undefined : bundle[mimeType];
    if (mimeType === undefined || raw === undefined || bytes + raw.length > maxBytes) continue; // its URI is there
    bytes += raw.length;
    const data = toBase64(raw);
    if (data) images.push({ type: 'image', data, mimeType });
    else broken.push(`${mimeType} of displays/${String(index)}`);
  }
  const note = `left out, because its data is no base64: ${broken.join(', ')}`;
  return { images, notes: broken.length > 0 ? [note] : [] };
}
