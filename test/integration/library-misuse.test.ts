import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CodeInterpreter,
  InvalidArgumentError,
  RuntimeNotFoundError,
  Sandbox,
  SandboxError,
  SandboxNotFoundError,
} from '../../src/sdk/index.ts';

let sandbox: Sandbox;
let interpreter: CodeInterpreter;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  interpreter = await CodeInterpreter.create(sandbox);
});

afterAll(async () => {
  await sandbox.kill();
});

/** What a program without types passes. */
function untyped(value: unknown): never {
  return value as never; // the very thing to be tested
}

test.each<[what: string, call: () => Promise<unknown>, message: RegExp]>([
  ['code that is no text', () => interpreter.codes.run(untyped(3)), /codes\.run: .*string/],
  [
    'an unknown language',
    () => interpreter.codes.run('1', { language: untyped('ruby') }),
    /language: .*"python"/,
  ],
  ['an unknown language of a context', () => interpreter.codes.createContext(untyped('ruby')), /"python"/],
  [
    'an unknown option of a run',
    () => interpreter.codes.run('1', untyped({ timeout: 5 })),
    /unknown option timeout/,
  ],
  [
    'a time limit that is none',
    () => interpreter.codes.run('1', { timeoutMs: -1 }),
    /codes\.run: timeoutMs: /,
  ],
  [
    'a time limit over the longest',
    () => interpreter.codes.run('1', { timeoutMs: 3_600_001 }),
    /over maxTimeoutMs of the sandbox, 3600000/,
  ],
  [
    'a handler that is no function',
    () => interpreter.codes.run('1', { handlers: { onStdout: untyped('x') } }),
    /onStdout: is no function/,
  ],
  [
    'a handler that there is none of',
    () => interpreter.codes.run('1', { handlers: untyped({ onOutput: () => undefined }) }),
    /unknown option onOutput/,
  ],
  ['code over 1 MB', () => interpreter.codes.run('#'.repeat(1_000_001)), /over 1000000 bytes/],
  [
    'an environment with bad names',
    () => interpreter.codes.createContext('python', { env: { 'A-B': '1' } }),
    /env\.A-B|letters, digits/,
  ],
  [
    'a signal that is none',
    () => interpreter.codes.run('1', { signal: untyped({ aborted: false }) }),
    /signal: is no AbortSignal/,
  ],
  ['an empty command', () => sandbox.commands.run(''), /commands\.run: /],
  ['an interpreter without a sandbox', () => CodeInterpreter.create(untyped({})), /there is no sandbox/],
  [
    'an unknown option',
    () => Sandbox.create(untyped({ memoryMib: 3 })),
    /unknown option memoryMib; nearest is memoryMiB/,
  ],
  ['a setting of the server', () => Sandbox.create(untyped({ port: 3 })), /unknown option port/],
  [
    'a setting out of its range',
    () => Sandbox.create({ memoryMiB: 3 }),
    /memoryMiB is 3: allowed is an integer from 64/,
  ],
  [
    'settings that contradict each other',
    () => Sandbox.create({ defaultTimeoutMs: 5000, maxTimeoutMs: 1000 }),
    /defaultTimeoutMs is 5000: allowed is at most maxTimeoutMs, 1000/,
  ],
  ['options that are no object', () => Sandbox.create(untyped(5)), /the options are no object/],
])('%s is refused with a word on what is allowed', async (_what, call, message) => {
  const error: unknown = await call().catch((reason: unknown) => reason);

  expect(error).toBeInstanceOf(InvalidArgumentError);
  expect(error).toMatchObject({ name: 'InvalidArgumentError', code: 'INVALID_ARGUMENT' });
  expect((error as Error).message).toMatch(message);
});

test('a context and a language that contradict each other are refused', async () => {
  const context = await interpreter.codes.createContext('python');

  const run = interpreter.codes.run('1', { context, language: 'bash' });

  await expect(run).rejects.toThrow(/is one of python, not of bash/);
});

test('a version that is not installed is refused with those that are', async () => {
  const create = interpreter.codes.createContext('python', { version: '2.7' });

  await expect(create).rejects.toThrow(RuntimeNotFoundError);
  await expect(create).rejects.toMatchObject({
    code: 'RUNTIME_NOT_FOUND',
    message: expect.stringMatching(/installed are .*3\./) as string,
  });
});

test('a signal that has aborted before ends a call at once, with its reason', async () => {
  const signal = AbortSignal.abort(new Error('changed my mind'));

  await expect(interpreter.codes.run('1', { signal })).rejects.toThrow('changed my mind');
  await expect(interpreter.codes.createContext('python', { signal })).rejects.toThrow('changed my mind');
  await expect(sandbox.commands.run('ls', { signal })).rejects.toThrow('changed my mind');
  await expect(Sandbox.create({ signal })).rejects.toThrow('changed my mind');
});

test('a run that is aborted while it waits for its turn is not run', async () => {
  const context = await interpreter.codes.createContext('python');
  const abort = new AbortController();
  const first = interpreter.codes.run(
    'import time\nprint("on", flush=True)\nwhile not go: time.sleep(0.01)',
    {
      context,
      handlers: {
        onStdout: () => {
          abort.abort(new Error('changed my mind'));
        },
      },
    },
  );
  const second = interpreter.codes.run('ran = True', { context, signal: abort.signal });

  await expect(second).rejects.toThrow('changed my mind');
  expect((await first).error?.name).toBe('NameError'); // there is no `go`
  expect((await interpreter.codes.run('ran', { context })).error?.name).toBe('NameError');
});

test('a handler that throws interrupts the cell, and the run throws the same', async () => {
  const context = await interpreter.codes.createContext('python');
  const handlers = {
    onStdout: (): void => {
      throw new Error('the handler is broken');
    },
  };

  const run = interpreter.codes.run('kept = 1\nprint("on", flush=True)\nwhile True: pass', {
    context,
    handlers,
  });

  await expect(run).rejects.toThrow('the handler is broken');
  expect((await interpreter.codes.run('kept', { context })).result[0]?.text).toBe('1');
});

test('an interrupt of what nobody knows is refused', async () => {
  await expect(interpreter.codes.interrupt('fake-1')).rejects.toMatchObject({
    name: 'ContextNotFoundError',
    code: 'CONTEXT_NOT_FOUND',
    hint: expect.stringContaining('codes.createContext') as string,
  });
});

test('the context of another sandbox is none of this one', async () => {
  await using other = await Sandbox.create();
  const foreign = await (await CodeInterpreter.create(other)).codes.createContext('bash');

  await expect(interpreter.codes.run('1', { context: foreign })).rejects.toThrow(
    /is not one of this sandbox/,
  );
});

test('deleting a context ends what runs in it, with an outcome', async () => {
  const context = await interpreter.codes.createContext('python');
  const onStdout = (): void => void interpreter.codes.deleteContext(context.id);

  const execution = await interpreter.codes.run('print("on", flush=True)\nwhile True: pass', {
    context,
    handlers: { onStdout },
  });

  expect(execution).toMatchObject({ status: 'kernel_died', state: 'lost' });
  expect(execution.error).toBeDefined();
});

test('killing a sandbox ends what runs in it, with an outcome, and later calls say that it was killed', async () => {
  const doomed = await Sandbox.create();
  const { codes } = await CodeInterpreter.create(doomed);
  let kill: Promise<void> | undefined;
  const handlers = { onStdout: (): void => void (kill = doomed.kill()) };

  const execution = await codes.run('print("on", flush=True)\nwhile True: pass', { handlers });
  await kill;

  expect(execution).toMatchObject({ status: 'kernel_died', state: 'lost' });
  for (const call of [
    () => codes.run('1'),
    () => codes.createContext('python'),
    () => codes.listContexts(),
    () => doomed.commands.run('ls'),
    () => doomed.renew(1000),
    () => CodeInterpreter.create(doomed),
  ]) {
    const error: unknown = await call().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SandboxNotFoundError);
    expect(error).toMatchObject({
      message: `Sandbox ${doomed.id} was killed`,
      hint: expect.stringContaining('Sandbox.create') as string,
    });
  }
  expect(await doomed.getInfo()).toMatchObject({ state: 'ended' });
  await doomed.kill(); // once more does no harm
});

test('every error of the library is a SandboxError, whose class says what happened', async () => {
  const error: unknown = await interpreter.codes.getContext('none').catch((reason: unknown) => reason);

  expect(error).toBeInstanceOf(SandboxError);
  expect(String(error)).toMatch(/^ContextNotFoundError: /);
});
