import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CodeContext,
  CodeInterpreter,
  ContextNotFoundError,
  type ExecutionStreamEvent,
  type OutputMessage,
  Sandbox,
  SupportedLanguage,
} from '../../src/sdk/index.ts';
import { languages } from '../helpers/languages.ts';

let sandbox: Sandbox;
let interpreter: CodeInterpreter;

beforeAll(async () => {
  sandbox = await Sandbox.create({ memoryMiB: 8192, processes: 4096 });
  interpreter = await CodeInterpreter.create(sandbox);
});

afterAll(async () => {
  await sandbox.kill();
});

function textOf(messages: readonly OutputMessage[]): string {
  return messages.map(({ text }) => text).join('');
}

describe.each(languages)('the library with $language', (row) => {
  const { language } = row;
  const stop = row.endless[0]?.code ?? '';

  async function newContext(): Promise<CodeContext> {
    return await interpreter.codes.createContext(language);
  }

  async function expectValue(context: CodeContext, value: number): Promise<void> {
    const { code, result, stdout } = row.getValue(value);
    const execution = await interpreter.codes.run(code, { context });
    expect(execution).toMatchObject({ error: undefined, status: 'ok', state: 'kept' });
    expect(execution.result.map(({ text }) => text)).toEqual(result === undefined ? [] : [result]);
    expect(textOf(execution.logs.stdout)).toBe(stdout ?? '');
  }

  test('keeps values from run to run of a context', async () => {
    const context = await newContext();

    await interpreter.codes.run(row.setValue(5), { context });

    await expectValue(context, 5);
  });

  test('keeps values in the default context of the language', async () => {
    const first = await interpreter.codes.run(row.setValue(6), { language });
    const second = await interpreter.codes.run(row.getValue(6).code, { language });

    expect(second.error).toBeUndefined();
    expect(second.contextId).toBe(first.contextId);
    expect(second.executionCount).toBe(first.executionCount + 1);
  });

  test('a failing cell sets the error and does not throw', async () => {
    const failure = row.errors[0];
    if (!failure) throw new Error('no failing cell');

    const execution = await interpreter.codes.run(failure.code, { context: await newContext() });

    expect(execution).toMatchObject({ status: 'error', state: 'kept' });
    const message: unknown =
      typeof failure.message === 'string' ? failure.message : expect.stringMatching(failure.message);
    expect(execution.error).toMatchObject({
      name: failure.name,
      message,
      value: message,
      line: failure.line,
    });
  });

  test('tells stdout and stderr apart, and tells of each as it comes', async () => {
    const told = { stdout: '', stderr: '' };
    const { code, stdout, stderr } = row.bothStreams;
    const handlers = {
      onStdout: (message: OutputMessage) => void (told.stdout += message.text),
      onStderr: (message: OutputMessage) => void (told.stderr += message.text),
    };

    const { logs } = await interpreter.codes.run(code, { context: await newContext(), handlers });

    expect(told).toEqual({ stdout: stdout ?? '', stderr: stderr ?? '' });
    expect({ stdout: textOf(logs.stdout), stderr: textOf(logs.stderr) }).toEqual(told);
  });

  test('an aborted signal interrupts the cell, and the state is kept', async () => {
    const context = await newContext();
    await interpreter.codes.run(row.setValue(7), { context });
    const abort = new AbortController();
    const onStdout = (): void => {
      abort.abort();
    };

    const execution = await interpreter.codes.run(stop, {
      context,
      signal: abort.signal,
      handlers: { onStdout },
    });

    expect(execution).toMatchObject({ status: 'interrupted', state: 'kept' });
    expect(execution.error).toBeDefined();
    await expectValue(context, 7);
  });

  test('interrupt ends what runs in a context', async () => {
    const context = await newContext();
    const interrupted: boolean[] = [];
    const onStdout = async (): Promise<void> =>
      void interrupted.push(await interpreter.codes.interrupt(context.id));

    const execution = await interpreter.codes.run(stop, { context, handlers: { onStdout } });

    expect(execution).toMatchObject({ status: 'interrupted', state: 'kept' });
    expect(interrupted).toEqual([true]);
    expect(await interpreter.codes.interrupt(context.id)).toBe(false);
  });

  test('a time limit stops the cell, and the state is kept', async () => {
    const execution = await interpreter.codes.run(stop, { context: await newContext(), timeoutMs: 300 });

    expect(execution).toMatchObject({ status: 'timeout', state: 'kept' });
    expect(execution.error).toBeDefined();
  });

  test('leaving a stream early interrupts the cell', async () => {
    const context = await newContext();
    await interpreter.codes.run(row.setValue(8), { context });

    for await (const event of interpreter.codes.runStream(stop, { context })) {
      if (event.type === 'stdout') break;
    }

    await expectValue(context, 8);
  });

  test('runs of one context go one after the other', async () => {
    const context = await newContext();

    const [, value] = await Promise.all([
      interpreter.codes.run(row.setValue(9), { context }),
      interpreter.codes.run(row.getValue(9).code, { context }),
    ]);

    expect(value).toMatchObject({ executionCount: 2, error: undefined });
  });

  test('concurrent runs without a context share one default context', async () => {
    const own = await Sandbox.create();
    try {
      const { codes } = await CodeInterpreter.create(own);

      const runs = await Promise.all([1, 2, 3].map((n) => codes.run(row.print(String(n)), { language })));

      expect(new Set(runs.map(({ contextId }) => contextId)).size).toBe(1);
      expect(runs.map(({ logs }) => textOf(logs.stdout))).toEqual(['1\n', '2\n', '3\n']);
      expect(await codes.listContexts()).toHaveLength(1);
    } finally {
      await own.kill();
    }
  });

  test('contexts are found, listed and deleted', async () => {
    const { codes } = interpreter;
    const one = await newContext();
    const other = await newContext();

    expect(await codes.getContext(one.id)).toMatchObject({ id: one.id, language, status: 'idle' });
    await codes.deleteContext(one.id);

    await expect(codes.getContext(one.id)).rejects.toThrow(ContextNotFoundError);
    await expect(codes.run(row.print('x'), { context: one })).rejects.toThrow(/was deleted/);
    const left = (await codes.listContexts(language)).map(({ id }) => id);
    expect(left).toContain(other.id);
    expect(left).not.toContain(one.id);
    await codes.deleteContexts(language);
    expect(await codes.listContexts(language)).toEqual([]);
  });

  test('a default context that was deleted is made anew', async () => {
    const first = await interpreter.codes.run(row.print('a'), { language });
    await interpreter.codes.deleteContexts(language);

    const second = await interpreter.codes.run(row.print('b'), { language });

    expect(second.contextId).not.toBe(first.contextId);
    expect(second).toMatchObject({ executionCount: 1, error: undefined });
  });

  test('the process of a context that dies sets the error, and the next run says what is lost', async () => {
    const context = await newContext();
    const [death] = row.deaths;
    await interpreter.codes.run(row.setValue(1), { context });

    const execution = await interpreter.codes.run(death?.code ?? '', { context });
    const next = await interpreter.codes.run(row.print('alive'), { context });

    expect(execution).toMatchObject({ status: 'kernel_died', state: 'lost', error: { name: 'KernelDied' } });
    expect(next).toMatchObject({ status: 'ok', notes: [expect.stringContaining('are lost')] });
    expect(textOf(next.logs.stdout)).toBe('alive\n');
  });
});

test('without context and language a run means Python', async () => {
  const execution = await interpreter.codes.run('result = 2 + 2\nresult');

  expect(execution.language).toBe(SupportedLanguage.PYTHON);
  expect(execution.result[0]?.text).toBe('4');
});

test('a stream begins with init, ends with complete, and has everything between in order', async () => {
  const events: ExecutionStreamEvent[] = [];
  for await (const event of interpreter.codes.runStream('print("out", flush=True)\n1/0')) events.push(event);

  expect(events.map(({ type }) => type)).toEqual(['init', 'stdout', 'error', 'complete']);
  expect(events.at(-1)).toMatchObject({ status: 'error', state: 'kept' });
});

test('figures and other displays come apart from the result', async () => {
  const shown: string[] = [];
  const onDisplay = (display: { text: string | undefined }): void => void shown.push(display.text ?? '');

  const execution = await interpreter.codes.run('display({"a": 1})\n5', { handlers: { onDisplay } });

  expect(shown).toEqual(["{'a': 1}"]);
  expect(execution.displays).toHaveLength(1);
  expect(execution.result.map(({ text }) => text)).toEqual(['5']);
});

test('characters that are cut between two pieces arrive whole', async () => {
  const code =
    "import sys, time\nfor b in 'héé€𝄞'.encode():\n  sys.stdout.buffer.write(bytes([b])); sys.stdout.flush()";

  const { logs } = await interpreter.codes.run(code);

  expect(textOf(logs.stdout)).toBe('héé€𝄞');
});

test('of very long output the beginning and the end are kept, with a word on the rest', async () => {
  await using own = await Sandbox.create({ keepOutputMiB: 1, keepOutputTailMiB: 1 });
  const { codes } = await CodeInterpreter.create(own);

  const { logs } = await codes.run(
    'print("begin")\nfor _ in range(100): print("x" * 1_000_000)\nprint("end")',
  );

  const text = textOf(logs.stdout);
  expect(text.length).toBeLessThan(3 * 1024 * 1024);
  expect(text).toMatch(/^begin\n/);
  expect(text).toMatch(/bytes left out/);
  expect(text).toMatch(/x\nend\n$/);
  expect(logs.leftOutBytes.stdout).toBeGreaterThan(97_000_000);
});

test('output waits for a slow handler, and all of it comes', async () => {
  let bytes = 0;
  let running = 0;
  const onStdout = async ({ text }: OutputMessage): Promise<void> => {
    expect((running += 1)).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    bytes += text.length;
    running -= 1;
  };

  await interpreter.codes.run('for _ in range(50): print("x" * 99_999)', { handlers: { onStdout } });

  expect(bytes).toBe(5_000_000);
});

test('versions of runtimes are chosen by the environment of the sandbox, which cells see', async () => {
  await using own = await Sandbox.create('some/image:v1', {
    env: { PYTHON_VERSION: '3.11', MOOD: 'good' },
    entrypoint: ['/opt/code-interpreter.sh'],
  });
  const { codes } = await CodeInterpreter.create({ sandbox: own });

  const context = await codes.createContext(SupportedLanguage.PYTHON);
  const execution = await codes.run('import os, sys\nsys.version_info[:2], os.environ["MOOD"]', { context });

  expect(context.version).toMatch(/^3\.11\./);
  expect(execution.result[0]?.text).toBe("((3, 11), 'good')");
});
