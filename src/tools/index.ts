import { createContext } from './create-context.ts';
import { killSandbox } from './kill-sandbox.ts';
import { listContexts } from './list-contexts.ts';
import { listFiles } from './list-files.ts';
import { readFile } from './read-file.ts';
import { runCode } from './run-code.ts';
import type { Tool } from './tool.ts';
import { writeFile } from './write-file.ts';

/** Every tool, in the order in which clients list them. */
export const TOOLS: readonly Tool[] = [
  createContext,
  runCode,
  listContexts,
  killSandbox,
  readFile,
  writeFile,
  listFiles,
];
