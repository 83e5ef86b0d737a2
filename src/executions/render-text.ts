import type { ExecutionOutput } from './render.ts';

/** The note of a cell whose context went while it ran. */
export const CONTEXT_GONE = 'its sandbox was killed: the context is gone';

/** So many have a note each. */
const SHOWN_BLOCKED = 10;

/** The facts of an execution as a model reads them best: what became of it first, then what it gave. */
export function renderText(output: ExecutionOutput): string {
  const { error, truncated } = output;
  return [
    headline(output),
    ...output.notes.map((note) => `note: ${note}`),
    output.blocked.length > SHOWN_BLOCKED ? `network: blocked, in all: ${output.blocked.join(', ')}` : '',
    section('stdout', output.stdout),
    section('stderr', output.stderr),
    output.result === null ? '' : section('result', output.result),
    error ? errorSection(error) : '',
    ...output.displays.map(
      ({ mime_types, uri, text }) => `display (${mime_types.join(', ')}), ${uri}:\n${text}`,
    ),
    truncated?.stdout_uri
      ? `The whole stdout (${String(truncated.stdout_bytes)} bytes): ${truncated.stdout_uri}`
      : '',
    truncated?.stderr_uri
      ? `The whole stderr (${String(truncated.stderr_bytes)} bytes): ${truncated.stderr_uri}`
      : '',
    truncated ? 'Read it with resources/read; ?lines=100-200 and ?search=TEXT narrow it.' : '',
  ]
    .filter(Boolean)
    .join('\n');
}

function headline(output: ExecutionOutput): string {
  const { status, language, execution_count, context_id, sandbox_id, execution_id, duration_ms, state } =
    output;
  const where = `${language} execution ${String(execution_count)} in context ${context_id}`;
  const line = `${STATUS_TEXT[status]}: ${where}, ${String(duration_ms)} ms, state ${state} (${execution_id}, sandbox ${sandbox_id})`;
  if (state === 'kept') return line;
  const next = output.notes.includes(CONTEXT_GONE)
    ? ', and the context itself is gone. Make another one with create_context, or pass language. Define again what you need.'
    : '; the next run starts a fresh kernel in the same context. Define again what you need.';
  return `${line}\nAll variables of this context are lost${next}`;
}

const STATUS_TEXT: Record<ExecutionOutput['status'], string> = {
  ok: 'ok',
  error: 'error',
  timeout: 'stopped by its time limit',
  interrupted: 'interrupted',
  kernel_died: 'kernel died',
};

function section(title: string, text: string): string {
  return text === '' ? '' : `${title}:\n${text.endsWith('\n') ? text.slice(0, -1) : text}`;
}

function errorSection({
  name,
  message,
  traceback,
  line,
  column,
}: NonNullable<ExecutionOutput['error']>): string {
  const place =
    line === null
      ? ''
      : ` (line ${String(line)}${column === null ? '' : `, column ${String(column)}`} of the cell)`;
  const summary = message === '' ? name : `${name}: ${message}`;
  // A traceback mostly says name and message itself; what it leaves out goes first.
  const text =
    traceback === '' || traceback.includes(summary) ? traceback || summary : `${summary}\n${traceback}`;
  return section(`error${place}`, text);
}
