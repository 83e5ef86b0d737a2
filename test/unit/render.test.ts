import { describe, expect, test } from 'vitest';
import type { ExecutionResult } from '../../src/executions/collect.ts';
import { KeptOutput } from '../../src/executions/kept-output.ts';
import { displaysOf, executionOutput, namesUris, renderExecution } from '../../src/executions/render.ts';

const LIMITS = { maxOutputBytes: 1024, maxResultBytes: 1024 };
const NAMES = { executionId: 'exec_1', contextId: 'ctx_1', sandboxId: 'sb_1', language: 'python' } as const;

function output(text = ''): KeptOutput {
  const kept = new KeptOutput({ headBytes: 1_000_000, tailBytes: 1000 });
  kept.append(Buffer.from(text));
  return kept;
}

function result(more: Partial<ExecutionResult> = {}): ExecutionResult {
  return {
    ...{ executionCount: 3, status: 'ok', state: 'kept', stdout: output(), stderr: output() },
    ...{ result: undefined, displays: [], error: undefined, notes: [], blocked: [], durationMs: 1.5 },
    ...more,
  };
}

function textOf({ content }: ReturnType<typeof renderExecution>): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

describe('the answer of an execution', () => {
  test('has every fact in its structured form', () => {
    const { structured, isError } = renderExecution(
      result({
        stdout: output('out\n'),
        stderr: output('err\n'),
        result: { 'text/plain': '4' },
        notes: ['a note'],
      }),
      NAMES,
      LIMITS,
    );

    expect(isError).toBe(false);
    expect(executionOutput.parse(structured)).toEqual({
      ...{
        execution_id: 'exec_1',
        context_id: 'ctx_1',
        sandbox_id: 'sb_1',
        language: 'python',
        execution_count: 3,
      },
      ...{ status: 'ok', state: 'kept', result: '4', stdout: 'out\n', stderr: 'err\n', error: null },
      ...{ truncated: null, displays: [], notes: ['a note'], blocked: [], duration_ms: 1.5 },
    });
  });

  test('reads: what became of it first, then what it gave', () => {
    const rendered = renderExecution(
      result({
        stdout: output('out\n'),
        stderr: output('err'),
        result: { 'text/plain': '4' },
        notes: ['a note'],
      }),
      NAMES,
      LIMITS,
    );

    expect(textOf(rendered)).toBe(
      [
        'ok: python execution 3 in context ctx_1, 1.5 ms, state kept (exec_1, sandbox sb_1)',
        'note: a note',
        ...['stdout:', 'out', 'stderr:', 'err', 'result:', '4'],
      ].join('\n'),
    );
  });

  test.each(['error', 'timeout', 'interrupted', 'kernel_died'] as const)(
    'is an error where it is %s',
    (status) => {
      expect(renderExecution(result({ status }), NAMES, LIMITS).isError).toBe(true);
    },
  );

  test('says what lost state means', () => {
    const text = textOf(renderExecution(result({ status: 'kernel_died', state: 'lost' }), NAMES, LIMITS));

    expect(text).toMatch(/^kernel died: python execution 3 /);
    expect(text).toContain('All variables of this context are lost; the next run starts a fresh kernel');
  });

  test('shows an error with its place in the cell', () => {
    const error = { name: 'ValueError', message: 'bad', traceback: 'Traceback …', line: 2, column: 5 };

    const text = textOf(renderExecution(result({ status: 'error', error }), NAMES, LIMITS));

    expect(text).toContain('ValueError: bad');
    expect(text).toContain('line 2, column 5');
    expect(text).toContain('Traceback …');
  });

  test('names where the whole of a cut output is', () => {
    const { structured, content } = renderExecution(
      result({ stdout: output('x'.repeat(5000)) }),
      NAMES,
      LIMITS,
    );

    expect(structured.truncated).toEqual({
      ...{ stdout_bytes: 5000, stderr_bytes: 0, stderr_uri: null },
      stdout_uri: 'sandcell://executions/exec_1/stdout',
    });
    expect(content[0]).toMatchObject({
      text: expect.stringContaining('sandcell://executions/exec_1/stdout') as unknown,
    });
  });

  test('cuts result, message and traceback in the middle', () => {
    const long = 'y'.repeat(10_000);
    const error = { name: long, message: long, traceback: long, line: null, column: null };

    const { structured } = renderExecution(result({ result: { 'text/plain': long }, error }), NAMES, LIMITS);

    for (const text of [
      structured.result,
      structured.error?.name,
      structured.error?.message,
      structured.error?.traceback,
    ]) {
      expect(text).toMatch(/^y+\n\[… \d+ bytes left out …\]\ny+$/);
    }
  });

  test('shows images as far as they fit, and names all', () => {
    const image = { 'text/plain': 'image', 'image/png': 'A'.repeat(200_000) };

    const { structured, content } = renderExecution(
      result({ displays: [image, image, image, image] }),
      NAMES,
      LIMITS,
    );

    expect(content.map(({ type }) => type)).toEqual(['text', 'image', 'image']);
    expect(structured.displays.map(({ uri }) => uri)).toEqual(
      [0, 1, 2, 3].map((index) => `sandcell://executions/exec_1/displays/${String(index)}`),
    );
  });

  test('is below 1 MB where every character swells', () => {
    const swelling = '\u0001'.repeat(200_000);
    const limits = { maxOutputBytes: 131_072, maxResultBytes: 65_536 };
    const error = { name: 'E', message: swelling, traceback: swelling, line: 1, column: 1 };

    const { structured, content } = renderExecution(
      result({
        stdout: output(swelling),
        stderr: output(swelling),
        result: { 'text/plain': swelling },
        error,
      }),
      NAMES,
      limits,
    );

    expect(Buffer.byteLength(JSON.stringify({ structured, content }))).toBeLessThan(1_000_000);
    expect(structured.truncated).toMatchObject({ stdout_bytes: 200_000, stderr_bytes: 200_000 });
  });
});

describe('an image whose data is no base64', () => {
  const image = (data: string): Record<string, string> => ({ 'text/plain': 'i', 'image/png': data });

  test('is left out, and a note says so: clients refuse the whole answer for it', () => {
    const displays = [image('not base64!'), image('AA\nAA\n'), image('AAAAA'), image(''), image('=AAA')];

    const { structured, content } = renderExecution(result({ displays, notes: ['first'] }), NAMES, LIMITS);

    expect(content.slice(1)).toEqual([{ type: 'image', data: 'AAAA', mimeType: 'image/png' }]);
    expect(structured.displays).toHaveLength(5);
    expect(structured.notes).toEqual([
      'first',
      'left out, because its data is no base64: image/png of displays/0, image/png of displays/2, ' +
        'image/png of displays/3, image/png of displays/4',
    ]);
    expect(content[0]).toMatchObject({ text: expect.stringContaining('image/png of displays/0') as unknown });
  });

  test.each(['AA==', 'AAA=', 'AAAA', 'ab+/'])('is none where it is %s', (data) => {
    const { structured, content } = renderExecution(result({ displays: [image(data)] }), NAMES, LIMITS);

    expect(content[1]).toEqual({ type: 'image', data, mimeType: 'image/png' });
    expect(structured.notes).toEqual([]);
  });
});

test('an answer with the most and longest of everything is below 1 MB', () => {
  const swelling = '\u0001'.repeat(100_000);
  const types = Array.from(
    { length: 50 },
    (_, index) => `${'a'.repeat(62)}${String(10 + index)}/${'b'.repeat(64)}`,
  );
  const display = {
    ...Object.fromEntries(types.map((type) => [type, ''])),
    ...{ 'text/plain': swelling, 'image/png': 'A'.repeat(4748) },
  };
  const displays = Array.from({ length: 101 }, () => display);

  const { structured, content } = renderExecution(
    result({
      ...{ stdout: output(swelling), stderr: output(swelling), result: { 'text/plain': swelling }, displays },
      error: { name: swelling, message: swelling, traceback: swelling, line: 1, column: 1 },
      notes: Array.from({ length: 20 }, () => swelling.slice(0, 2000)),
    }),
    NAMES,
    { maxOutputBytes: 131_072, maxResultBytes: 65_536 },
  );

  expect(content.filter(({ type }) => type === 'image')).toHaveLength(100);
  expect(Buffer.byteLength(JSON.stringify({ structuredContent: structured, content }))).toBeLessThan(
    1_000_000,
  );
});

describe('the rich outputs of a cell', () => {
  test('are its displays, and its result where that is more than text', () => {
    const html = { 'text/plain': 'h', 'text/html': '<b>' };

    expect(displaysOf(result({ displays: [html], result: { 'text/plain': '4' } }))).toEqual([html]);
    expect(displaysOf(result({ result: html }))).toEqual([html]);
  });

  test('are what must be stored, beside outputs that are cut', () => {
    const isStored = (more: Partial<ExecutionResult>): boolean =>
      namesUris(renderExecution(result(more), NAMES, LIMITS).structured);

    expect(isStored({})).toBe(false);
    expect(isStored({ stdout: output('x'.repeat(1024)) })).toBe(false);
    expect(isStored({ stderr: output('x'.repeat(1025)) })).toBe(true);
    expect(isStored({ displays: [{ 'text/plain': 'd' }] })).toBe(true);
  });
});
