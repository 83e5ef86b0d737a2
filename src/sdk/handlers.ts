import type {
  ExecutionComplete,
  ExecutionError,
  ExecutionInit,
  ExecutionResult,
  ExecutionStreamEvent,
  OutputMessage,
} from './execution.ts';

/** What a handler returns: a promise is waited for, and the cell's output with it. */
type Handled = void | Promise<void>;

/**
 * Told of what happens while a cell runs, one call after the other, in order. Output waits for a slow handler, and then
 * the program that prints it. One that throws interrupts the cell, and `run` throws the same.
 */
export interface ExecutionHandlers {
  /** The run begins. */
  onInit?: ((init: ExecutionInit) => Handled) | undefined;
  onStdout?: ((message: OutputMessage) => Handled) | undefined;
  onStderr?: ((message: OutputMessage) => Handled) | undefined;
  /** The value of the last expression. */
  onResult?: ((result: ExecutionResult) => Handled) | undefined;
  /** Something that the code showed, such as a figure. */
  onDisplay?: ((display: ExecutionResult) => Handled) | undefined;
  /** The cell failed, or was stopped. */
  onError?: ((error: ExecutionError) => Handled) | undefined;
  /** The run has ended, in whatever way. */
  onExecutionComplete?: ((complete: ExecutionComplete) => Handled) | undefined;
  /** Every event, before the handler of its kind. */
  onEvent?: ((event: ExecutionStreamEvent) => Handled) | undefined;
}

export async function handle(handlers: ExecutionHandlers, event: ExecutionStreamEvent): Promise<void> {
  await handlers.onEvent?.(event);
  switch (event.type) {
    case 'init':
      return await handlers.onInit?.(event);
    case 'stdout':
      return await handlers.onStdout?.(event);
    case 'stderr':
      return await handlers.onStderr?.(event);
    case 'result':
      return await handlers.onResult?.(event);
    case 'display':
      return await handlers.onDisplay?.(event);
    case 'error':
      return await handlers.onError?.(event);
    case 'complete':
      return await handlers.onExecutionComplete?.(event);
    case 'note':
      return;
  }
}
