import type { MimeBundle } from './execution.ts';
import type { KeptOutput } from './kept-output.ts';
import { lengthOf } from './mime-bundle.ts';

/** Kept of one session's outputs; the oldest executions go first. */
const MAX_BYTES = 128 * 1024 * 1024;
/** Of an execution that printed nothing. */
const OVERHEAD_BYTES = 2048;

export interface StoredOutput {
  stdout: KeptOutput;
  stderr: KeptOutput;
  displays: readonly MimeBundle[];
}

/** The outputs of a session's executions that were too long or too rich for their answers, to be read by URI. */
export class OutputStore {
  readonly #outputs = new Map<string, StoredOutput>();
  #bytes = 0;

  get(executionId: string): StoredOutput | undefined {
    return this.#outputs.get(executionId);
  }

  ids(): string[] {
    return [...this.#outputs.keys()];
  }

  add(executionId: string, output: StoredOutput): void {
    this.#outputs.set(executionId, output);
    this.#bytes += sizeOf(output);
    for (const [id, oldest] of this.#outputs) {
      if (this.#bytes <= MAX_BYTES || id === executionId) return;
      this.#outputs.delete(id);
      this.#bytes -= sizeOf(oldest);
    }
  }

  clear(): void {
    this.#outputs.clear();
    this.#bytes = 0;
  }
}

function sizeOf({ stdout, stderr, displays }: StoredOutput): number {
  const rich = displays.reduce((sum, bundle) => sum + lengthOf(bundle), 0);
  return OVERHEAD_BYTES + stdout.keptBytes + stderr.keptBytes + rich;
}
