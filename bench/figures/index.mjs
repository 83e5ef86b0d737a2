import { concurrency, warm } from './calls.mjs';
import { kill, nextContext, warmContext } from './contexts.mjs';
import { files } from './files.mjs';
import { go } from './go.mjs';
import { http } from './http.mjs';
import { java } from './java.mjs';
import { memory } from './memory.mjs';
import { download, request } from './network.mjs';
import { firstChunk, lines, tenMegabytes } from './output.mjs';
import { cold, initialize } from './start.mjs';
import { death, interrupt, timeout } from './stopping.mjs';

/** @type {readonly import('../figure.mjs').Figure[]} */
export const FIGURES = [
  initialize,
  cold,
  warmContext,
  nextContext,
  warm,
  concurrency,
  lines,
  tenMegabytes,
  firstChunk,
  interrupt,
  timeout,
  death,
  kill,
  memory,
  java,
  go,
  http,
  download,
  request,
  files,
];
