import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectStep, startCell } from '../helpers/cells.ts';
import { javaServer, newJava, runSequence, VERSIONS } from '../helpers/java-cells/run-sequence.ts';
import { topics } from '../helpers/java-cells/topics.ts';
import type { TestServer } from '../helpers/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await javaServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe.each(VERSIONS)('Java %s', (version) => {
  describe.each(Object.entries(topics))('%s', (_topic, sequences) => {
    let target: { context_id: string };

    beforeAll(async () => {
      target = await newJava(server, version);
    });

    const known = sequences.filter(({ since = 0 }) => since <= Number(version));
    test.each(known)('$title', async (sequence) => {
      await runSequence(server, target, sequence);
    });
  });

  describe('an interrupt', () => {
    let target: { context_id: string };

    beforeAll(async () => {
      target = await newJava(server, version);
      await server.run(target, 'int kept = 1;');
    });

    const stopped = { status: 'timeout', state: 'kept' };

    test.each([
      { what: 'a loop in a method', code: 'void spin() {\n  for (;;) {}\n}\nspin();', line: 2 },
      {
        what: 'a recursion without end',
        code: 'int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }\nfib(90)',
        line: 1,
      },
      {
        what: 'a wait for a lock',
        code: 'var lock = new Object();\nsynchronized (lock) { lock.wait(); }',
        line: 2,
      },
      {
        what: 'a loop in a constructor',
        code: 'class Slow { Slow() { while (true) {} } }\nnew Slow()',
        line: 1,
      },
      {
        what: 'a loop in toString()',
        code: 'class Mute { public String toString() { for (;;) {} } }\nnew Mute()',
        line: 1,
      },
      { what: 'a wait for a future', code: 'new CompletableFuture<String>().get()', line: 1 },
    ])('ends $what', async ({ code, line }) => {
      const output = await server.run(target, code, { timeout_ms: 500 });

      expect(output).toMatchObject({
        ...stopped,
        error: { name: 'Interrupted', message: 'the cell was interrupted', line },
      });
      await expectStep(server, target, { code: 'kept', result: '1' });
    });

    test('leaves a thread behind that waits where no interrupt reaches it', async () => {
      await server.run(
        target,
        'var mine = new Object();\nvar held = new CountDownLatch(1);\nvar free = new CountDownLatch(1);\nnew Thread(() -> {\n  synchronized (mine) { held.countDown(); try { free.await(); } catch (InterruptedException e) {} }\n}).start();\nheld.await();',
      );

      const output = await server.run(target, 'synchronized (mine) {}', { timeout_ms: 500 });
      await server.run(target, 'free.countDown();');

      expect(output).toMatchObject({
        ...stopped,
        error: { name: 'Interrupted', line: 1 },
        notes: ['a thread that waits was left behind: no interrupt reaches it'],
      });
      await expectStep(server, target, { code: 'kept', result: '1' });
    });

    test('runs finally blocks once, and reaches code that catches it', async () => {
      const cleaned = await server.run(
        target,
        'try {\n  Thread.sleep(1_000_000);\n} finally {\n  for (int i = 0; i < 2; i++) System.out.println("cleanup");\n}',
        { timeout_ms: 500 },
      );
      const caught = await server.run(
        target,
        'try {\n  while (true) {}\n} catch (Throwable t) {\n  System.out.println(t);\n}\n"end"',
        { timeout_ms: 500 },
      );

      expect(cleaned).toMatchObject({ ...stopped, stdout: 'cleanup\ncleanup\n', error: { line: 2 } });
      expect(caught).toMatchObject({
        ...{ ...stopped, stdout: 'Interrupted: the cell was interrupted\n', result: '"end"', error: null },
      });
    });

    test('ends the threads and processes that the cell has started, and keeps its pools', async () => {
      const code =
        'var workers = Executors.newFixedThreadPool(1);\nvar child = new ProcessBuilder("sleep", "1000").start();\nworkers.submit(() -> { while (true) {} }).get();';

      expect(await server.run(target, code, { timeout_ms: 500 })).toMatchObject(stopped);

      await expectStep(server, target, { code: 'child.waitFor() != 0', result: 'true' });
      await expectStep(server, target, { code: 'workers.submit(() -> 7).get()', result: '7' });
    });

    test('comes too late for a cell that has ended', async () => {
      const cell = startCell(server, target, 'System.out.println("ready");\nThread.sleep(1_000_000);');
      await cell.ready;
      cell.cancel();

      await expectStep(server, target, { code: 'Thread.sleep(1);\nkept', result: '1' });
    });
  });
});

test('a crash of the JVM is told with what the JVM says of it', async () => {
  const target = await newJava(server, '17');
  const code =
    'var field = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");\nfield.setAccessible(true);\n((sun.misc.Unsafe) field.get(null)).putByte(0L, (byte) 1);';

  const output = await server.run(target, code);

  expect(output).toMatchObject({
    ...{ status: 'kernel_died', state: 'lost' },
    error: { name: 'KernelDied', message: 'the java kernel ended with code 134: aborted (SIGABRT)' },
  });
  expect(output.stdout).toMatch(/A fatal error has been detected by the Java Runtime Environment[^]*SIGSEGV/);
  expect(await server.run(target, '1')).toMatchObject({ status: 'ok', result: '1' });
});

test('a context has the folder and the environment that it asks for', async () => {
  const created = await server.call('create_context', {
    language: 'java',
    cwd: '/workspace/deep/folder',
    env: { MOOD: 'good' },
  });
  const target = { context_id: String(created.structuredContent?.['context_id']) };

  await expectStep(server, target, {
    code: 'new File("x").getAbsolutePath() + " " + System.getenv("MOOD")',
    result: '"/workspace/deep/folder/x good"',
  });
  await expectStep(server, target, {
    code: 'new ProcessBuilder("sh", "-c", "pwd; echo $MOOD").inheritIO().start().waitFor()',
    stdout: '/workspace/deep/folder\ngood\n',
    result: '0',
  });
});
