import { blockedNote } from './blocked-note.ts';
import type { CellError, ExecutionEvent, MimeBundle, State, Status } from './execution.ts';
import { type KeepLimits, KeptOutput } from './kept-output.ts';

/** All that came of one cell. */
export interface ExecutionResult {
  executionCount: number;
  status: Status;
  state: State;
  stdout: KeptOutput;
  stderr: KeptOutput;
  /** The value of the last expression; undefined where there was none. */
  result: MimeBundle | undefined;
  displays: MimeBundle[];
  error: CellError | undefined;
  notes: string[];
  /** What the network policy kept the code from reaching: "host:port". */
  blocked: string[];
  durationMs: number;
}

/** Notes of one execution that are kept. */
const MAX_NOTES = 20;
/** Of blocked connections; those after them are only listed. */
const MAX_BLOCKED_NOTES = 10;

/** Turns the events of one execution into its result. `onOutput` sees output as it comes. */
export async function collect(
  events: AsyncIterable<ExecutionEvent>,
  limits: KeepLimits,
  onOutput: (chunk: Buffer) => void,
): Promise<ExecutionResult> {
  const result: ExecutionResult = {
    executionCount: 0,
    status: 'kernel_died',
    state: 'lost',
    stdout: new KeptOutput(limits),
    stderr: new KeptOutput(limits),
    result: undefined,
    displays: [],
    error: undefined,
    notes: [],
    blocked: [],
    durationMs: 0,
  };
  let startedMs = performance.now();
  for await (const event of events) {
    if (event.type === 'started') startedMs = performance.now();
    else if (event.type === 'stdout' || event.type === 'stderr') onOutput(event.chunk);
    add(result, event);
  }
  result.durationMs = Math.round((performance.now() - startedMs) * 10) / 10;
  return result;
}

function add(result: ExecutionResult, event: ExecutionEvent): void {
  switch (event.type) {
    case 'started':
      result.executionCount = event.executionCount;
      return;
    case 'stdout':
    case 'stderr':
      result[event.type].append(event.chunk);
      return;
    case 'display':
      result.displays.push(event.data);
      return;
    case 'result':
      result.result = event.data;
      return;
    case 'note':
      if (result.notes.length < MAX_NOTES) result.notes.push(event.text);
      return;
    case 'blocked':
      result.blocked.push(event.target);
      if (result.blocked.length <= MAX_BLOCKED_NOTES) result.notes.push(blockedNote(event));
      return;
    case 'error':
      result.error = event.error;
      return;
    case 'outcome':
      result.status = event.status;
      result.state = event.state;
  }
}
