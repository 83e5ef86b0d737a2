import { createContext } from './create-context.ts';
import { killSandbox } from './kill-sandbox.ts';
import { listContexts } from './list-contexts.ts';
import { runCode } from './run-code.ts';
import type { Tool } from './tool.ts';

/** Every tool, in the order in which clients list them. */
export const TOOLS: readonly Tool[] = [createContext, runCode, listContexts, killSandbox];
