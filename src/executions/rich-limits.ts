import type { MimeBundle } from './execution.ts';
import { lengthOf } from './mime-bundle.ts';

/** Displays of one cell that are kept; a loop that draws forever must not fill the memory. */
const MAX_DISPLAYS = 100;
/** Of all displays of a cell, in characters. */
const MAX_RICH_LENGTH = 32 * 1024 * 1024;
/** Of one display or result, in characters; the guests' own frames are no longer than this. */
const MAX_BUNDLE_LENGTH = 8 * 1024 * 1024;

type Rich = { type: 'display' | 'result'; data: MimeBundle } | { type: 'note'; text: string };

/** Lets as many displays and results of one cell through as can be kept, and says once what is left out. */
export class RichLimits {
  #displays = 0;
  #length = 0;
  #isFull = false;
  #hasTooLong = false;

  display(data: MimeBundle): Rich | undefined {
    const tooLong = this.#tooLong(data);
    if (this.#isFull || tooLong) return tooLong?.note;
    this.#displays += 1;
    this.#length += lengthOf(data);
    this.#isFull = this.#displays > MAX_DISPLAYS || this.#length > MAX_RICH_LENGTH;
    if (this.#isFull) return { type: 'note', text: `only the first ${this.#displays - 1} displays are kept` };
    return { type: 'display', data };
  }

  /** There is room for one of any size after all displays. */
  result(data: MimeBundle): Rich | undefined {
    const tooLong = this.#tooLong(data);
    if (tooLong) return tooLong.note;
    this.#length += lengthOf(data);
    return this.#length <= MAX_RICH_LENGTH + 2 * MAX_BUNDLE_LENGTH ? { type: 'result', data } : undefined;
  }

  #tooLong(data: MimeBundle): { note: Rich | undefined } | undefined {
    if (lengthOf(data) <= MAX_BUNDLE_LENGTH) return undefined;
    const text = `displays and results over ${MAX_BUNDLE_LENGTH >> 20} MiB are left out`;
    const note: Rich | undefined = this.#hasTooLong ? undefined : { type: 'note', text };
    this.#hasTooLong = true;
    return { note };
  }
}
