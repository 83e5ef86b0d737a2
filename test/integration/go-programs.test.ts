import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selectRuntime } from '../../src/kernels/runtimes.ts';
import { runCommand } from '../../src/processes/run-command.ts';
import { newTarget } from '../helpers/cells.ts';
import { programs } from '../helpers/go-cells/programs.ts';
import { goServer } from '../helpers/go-cells/run-sequence.ts';
import type { TestServer } from '../helpers/server.ts';

/** A first `go run` compiles what it needs of the standard library. */
const GO_RUN_MS = 300_000;

/** What each program prints when the plain toolchain runs it. */
const printed = new Map<string, string>();

beforeAll(async () => {
  const { executable } = await selectRuntime('go');
  const env = { HOME: process.env['HOME'] ?? '/', GOFLAGS: '', GOTOOLCHAIN: 'local' };
  for (const { name, path } of programs) {
    const { code, stdout, stderr } = await runCommand([executable, 'run', path], {
      timeoutMs: GO_RUN_MS,
      env,
    });
    if (code !== 0) throw new Error(`go run ${name} failed: ${stderr}`);
    printed.set(name, stdout);
  }
}, GO_RUN_MS);

describe.each(['stock', 'prelinked'] as const)('a Go program, linked %s, prints the same', (strategy) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await goServer(strategy);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test.for(programs)('in one cell as by go run: $name', async ({ name, source }) => {
    const target = await newTarget(server, 'go');

    expect(await server.run(target, source)).toMatchObject({
      ...{ status: 'ok', state: 'kept', stdout: printed.get(name), stderr: '', result: null, error: null },
    });
  });

  test.for(programs)('in many cells as by go run: $name', async ({ name, cells }) => {
    const target = await newTarget(server, 'go');

    let stdout = '';
    for (const cell of cells) {
      const output = await server.run(target, cell);
      expect(output, cell).toMatchObject({ status: 'ok', state: 'kept', stderr: '', error: null });
      stdout += output.stdout;
    }

    expect(cells.length).toBeGreaterThan(3);
    expect(stdout).toBe(printed.get(name));
  });
});
