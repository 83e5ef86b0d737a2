import { describe, expect, test } from 'vitest';
import type { KernelEvent } from '../../src/kernels/live-kernel.ts';
import type { Language } from '../../src/languages.ts';
import { streamLines } from '../../src/sandboxes/opensandbox/event-stream.ts';
import { RemoteCell } from '../../src/sandboxes/opensandbox/remote-cell.ts';
import { type Transcript, transcript, transcripts } from '../helpers/opensandbox/transcripts.ts';

const streams = transcripts().filter(({ status, body }) => status === 200 && body.includes('"type"'));

async function* inPieces(body: Buffer, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const cut of [...cuts, body.length]) {
    yield body.subarray(from, cut);
    from = cut;
  }
}

async function linesOf(body: Buffer, cuts: readonly number[] = []): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const { value } of streamLines(inPieces(body, cuts))) lines.push(value);
  return lines;
}

/** What a cell of a transcript comes to. */
async function cellOf(
  body: Buffer,
  language: Language = 'python',
): Promise<{ cell: RemoteCell; events: KernelEvent[] }> {
  const cell = new RemoteCell(language, 'mark');
  const events: KernelEvent[] = [];
  for await (const { value } of streamLines(inPieces(body, []))) events.push(...cell.take(value));
  events.push(...cell.end());
  return { cell, events };
}

function textOf(events: readonly KernelEvent[], type: 'stdout' | 'stderr'): string {
  return events.map((event) => (event.type === type ? event.chunk.toString() : '')).join('');
}

describe('event streams', () => {
  test('there are transcripts of them', () => {
    expect(streams.length).toBeGreaterThan(35);
  });

  test.each(streams)('$name reads the same wherever it is cut in two', async ({ body }) => {
    const whole = await linesOf(body);

    const cut = await Promise.all(Array.from(body, (_byte, at) => linesOf(body, [at])));

    expect(whole).not.toContain(undefined);
    for (const lines of cut) expect(lines).toEqual(whole);
  });

  test.each(streams)('$name reads the same byte by byte', async ({ body }) => {
    const cuts = Array.from(body, (_byte, at) => at);

    expect(await linesOf(body, cuts)).toEqual(await linesOf(body));
  });

  test.each(streams)('$name reads the same behind data: and with line ends of Windows', async ({ body }) => {
    const text = body.toString('utf8');
    const framed = text.replaceAll(/^(\{.*)$/gm, 'event: x\ndata: $1').replaceAll('\n', '\r\n');

    expect(await linesOf(Buffer.from(`: comment\r\n${framed}`))).toEqual(await linesOf(body));
  });

  test('a line that never ends is not kept', async () => {
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(1 << 20, 'x');
    };
    const read = async (): Promise<void> => {
      for await (const _line of streamLines(endless()));
    };

    await expect(read()).rejects.toThrow('an event is longer than 16 MiB');
  });

  test('what is no JSON is told apart', async () => {
    expect(await linesOf(Buffer.from('{"a":1}\n\nnonsense\n\n{"type":"std'))).toEqual([
      { a: 1 },
      undefined,
      undefined,
    ]);
  });
});

describe('cells of the transcripts', () => {
  const ok: { name: string; stdout?: string; result?: string }[] = [
    { name: '01-success-stdout-result-state-a', stdout: 'hello\n', result: '42' },
    { name: '02-success-stdout-result-state-b', stdout: 'x is 41\n', result: '82' },
    { name: '05b-multiline-slow', stdout: 'tick 0\ntick 1\ntick 2\ntick 3\n' },
    { name: '07-no-output' },
    { name: '08-unicode', stdout: 'héllo 世界 😀 <&>\n', result: "'世界'" },
    { name: '45-sandbox-run-proxy-endpoint', stdout: 'in the sandbox\n', result: '42' },
    { name: '45b-sandbox-run-server-proxy', stdout: '0\n1\n2\n' },
    { name: '30-lang-bash-a', stdout: 'v=5\n' },
  ];

  test.each(ok)('$name succeeds', async ({ name, stdout = '', result }) => {
    const { cell, events } = await cellOf(transcript(name).body);

    expect(cell).toMatchObject({ hasEnd: true, hasError: false, failure: undefined });
    expect(textOf(events, 'stdout')).toBe(stdout);
    expect(events.find(({ type }) => type === 'result')).toEqual(
      result === undefined ? undefined : { type: 'result', data: { 'text/plain': result } },
    );
  });

  test('an image as the last expression keeps all its forms', async () => {
    const { events } = await cellOf(transcript('06b-png-as-result').body);

    expect(events).toMatchObject([
      {
        type: 'result',
        data: {
          'text/plain': '<IPython.core.display.Image object>',
          'image/png': expect.stringMatching(/^iVBOR/) as string,
        },
      },
    ]);
  });

  const failures: { name: string; language?: Language; error: object }[] = [
    {
      name: '03-error',
      error: { name: 'ZeroDivisionError', message: 'division by zero', line: 2, column: null },
    },
    { name: '09-interrupted', error: { name: 'KeyboardInterrupt', line: 3 } },
    { name: '15-stdin', error: { name: 'StdinNotImplementedError', line: 1 } },
    { name: '30-lang-bash-b', language: 'bash', error: { name: 'ExitCode', message: 'exit code 1' } },
    { name: '30-lang-go-b', language: 'go', error: { name: 'panic', message: 'boom', line: 3 } },
    { name: '24-interrupt-go', language: 'go', error: { name: 'ERROR', message: 'signal: interrupt' } },
  ];

  test.each(failures)('$name fails as its kernel says', async ({ name, language, error }) => {
    const { cell, events } = await cellOf(transcript(name).body, language);

    expect(cell.hasEnd).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'error', error });
    expect(JSON.stringify(events.at(-1))).not.toContain('\\u001b');
  });

  test('output after execution_complete belongs to the cell', async () => {
    const body = transcript('05-multiline-output').body;

    expect(body.indexOf('execution_complete')).toBeLessThan(body.indexOf('stdout'));
    expect(textOf((await cellOf(body)).events, 'stdout')).toBe(
      'line 0\nline 1\nline 2\nline 3\nline 4\nno newline at end',
    );
  });

  test('a busy context is known by the tail that nothing frames', async () => {
    const { cell, events } = await cellOf(transcript('10b-busy-second-run').body);

    expect(cell).toMatchObject({ hasEnd: false, failure: 'error running codes session is busy' });
    expect(events).toEqual([]);
  });

  test('a stream that is cut anywhere before its end has no end', async () => {
    const { body } = transcript('03-error');
    const end = Math.min(body.indexOf('{"type":"execution_complete"'), body.indexOf('{"type":"error"'));

    for (let at = 0; at <= end; at += 1) expect((await cellOf(body.subarray(0, at))).cell.hasEnd).toBe(false);
  });

  test('output that was dropped for its rate is said in a note, not on stderr', async () => {
    const { events } = await cellOf(transcript('18b-huge-output').body);

    expect(events).toEqual([{ type: 'note', text: expect.stringContaining('output is missing') as string }]);
  });

  test('the exit of a Python cell with a code is an error', async () => {
    const { events } = await cellOf(transcript('18-sys-exit').body);

    expect(events.at(-1)).toMatchObject({ type: 'error', error: { name: 'SystemExit', message: '2' } });
  });

  test('a stream that stays open has said what came so far', async () => {
    const open = streams.filter((stream: Transcript) => stream.isOpen).map(({ name }) => name);

    expect(open).toContain('17-kernel-dies');
    expect(textOf((await cellOf(transcript('17-kernel-dies').body)).events, 'stdout')).toBe('bye\n');
  });
});
