import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../src/processes/run-command.ts';
import { programs } from '../helpers/java-cells/programs.ts';
import { javaHome, javaServer, newJava, VERSIONS } from '../helpers/java-cells/run-sequence.ts';
import type { TestServer } from '../helpers/server.ts';

/** Compiling and running a file takes about a second. */
const JAVA_MS = 60_000;

let server: TestServer;

beforeAll(async () => {
  server = await javaServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe.each(VERSIONS)('a program on Java %s prints the same', (version) => {
  let target: { context_id: string };

  beforeAll(async () => {
    target = await newJava(server, version);
  });

  test.each(programs)('by the plain toolchain, in one cell and in many: $name', async (program) => {
    const { code, stdout, stderr } = await runCommand([`${await javaHome(version)}/bin/java`, program.path], {
      timeoutMs: JAVA_MS,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

    expect(await server.run(target, program.source)).toMatchObject({
      ...{ status: 'ok', state: 'kept', stdout, stderr: '', result: null, error: null, notes: [] },
    });
    let printed = '';
    for (const cell of program.cells) {
      const output = await server.run(target, cell);
      expect(output, cell).toMatchObject({ status: 'ok', state: 'kept', stderr: '', error: null });
      printed += output.stdout;
    }
    expect(program.cells.length).toBeGreaterThan(4);
    expect(printed).toBe(stdout);
  });
});
