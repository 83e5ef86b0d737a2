import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goServer } from '../helpers/go-cells/run-sequence.ts';
import { GO_PROXY, GO_PROXY_ENV } from '../helpers/go-modules.ts';
import type { TestServer } from '../helpers/server.ts';

describe.each(['stock', 'prelinked'] as const)('modules in Go cells, %s', (strategy) => {
  let server: TestServer;
  let context: { context_id: string };

  beforeAll(async () => {
    server = await goServer(strategy);
    expect(await server.run({ language: 'python' }, GO_PROXY)).toMatchObject({ status: 'ok' });
    context = await newContext();
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  async function newContext() {
    const made = await server.call('create_context', { language: 'go', env: GO_PROXY_ENV });
    const { context_id } = made.structuredContent as { context_id: string };
    return { context_id };
  }

  test('an import of what is not there says how to get it', async () => {
    const { status, error } = await server.run(context, 'import "test.local/top"');

    expect(status).toBe('error');
    expect(error).toMatchObject({ name: 'ImportError', line: 1 });
    expect(error?.message).toContain('a line %go get test.local/top before the import brings it');
  });

  test('%go get brings a module with its packages, dependencies, embedded files and assembly', async () => {
    const { result, error, stderr } = await server.run(
      context,
      `// a module
%go get test.local/top@v1.0.0
import (
	"fmt"
	"test.local/base"
	"test.local/top"
	"test.local/top/sum"
)
p := top.Origin()
fmt.Sprint(p, top.Data, sum.Add(40, 2), top.Map([]int{1, 2}, func(i int) base.Point { return base.Point{i, i} }))`,
    );

    expect([result, error]).toEqual(['<1 0>embedded42 [<1 1> <2 2>]', null]);
    expect(stderr).toContain('added test.local/top v1.0.0');
  });

  test('its state, types and interfaces are the same in all cells, and it is initialised once', async () => {
    await server.run(context, 'base.Set("cell", 1)');
    await server.run(
      context,
      'type Square struct{ base.Point }\nfunc (s Square) Area() int { return s.X * 4 }\nvar shape top.Shape = Square{p}',
    );

    const { result, error } = await server.run(
      context,
      'fmt.Sprint(base.Registry, shape.Area(), shape.(Square).Point == p)',
    );

    expect([result, error]).toEqual(['map[cell:1 inits:1] 4 true', null]);
  });

  test('a version that is loaded stays, and a new context takes the other', async () => {
    const { status, error } = await server.run(context, '%go get test.local/base@v1.1.0\nbase.New');

    expect(status).toBe('error');
    expect(error).toMatchObject({ name: 'InstallError', line: 1 });
    expect(error?.message).toContain(
      'test.local/base v1.0.0 is loaded in this context, and this needs v1.1.0',
    );
    expect(await server.run(context, 'p.X')).toMatchObject({ result: '1' });
    const fresh = await newContext();
    const other = await server.run(
      fresh,
      '%go get test.local/base@v1.1.0\nimport "test.local/base"\nbase.New',
    );
    expect(other).toMatchObject({ result: 'true', error: null });
  });

  test.each([
    {
      what: 'an internal package',
      code: 'import "test.local/top/internal/hidden"',
      error: { name: 'ImportError', line: 1 },
      says: 'use of internal package',
    },
    {
      what: 'C in a package',
      code: '%go get test.local/inc\nimport "test.local/inc"',
      error: { name: 'ImportError', line: 2 },
      says: 'written in C in part',
    },
    {
      what: 'a package that does not compile',
      code: '%go get test.local/broken\nimport "test.local/broken"',
      error: { name: 'ImportError', line: 2 },
      says: 'cannot use false',
    },
    {
      what: 'a module that is nowhere',
      code: 'x := 1\n%go get test.local/nowhere',
      error: { name: 'InstallError', line: 2 },
      says: 'test.local/nowhere',
    },
    {
      what: 'another command',
      code: '%go mod tidy',
      error: { name: 'InstallError', line: 1 },
      says: 'takes module@version',
    },
  ])('$what is an error, and the state is kept', async ({ code, error, says }) => {
    const output = await server.run(context, code);

    expect(output).toMatchObject({ status: 'error', state: 'kept', error });
    expect(output.error?.message).toContain(says);
    expect(await server.run(context, 'p.X')).toMatchObject({ result: '1' });
  });

  test('a raw string with such a line is left alone', async () => {
    const { result } = await server.run(context, 'text := `\n%go get nothing\n`\nlen(text)');

    expect(result).toBe('17');
  });
});
