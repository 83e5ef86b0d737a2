import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { newTarget, startCell, until } from '../helpers/cells.ts';
import { API_KEY, type Deployment, startDeployment } from '../helpers/opensandbox/deployment.ts';
import { startRemoteServer } from '../helpers/opensandbox/server.ts';
import { textOf, type TestServer } from '../helpers/server.ts';

// Each is a fact that was measured on a real deployment; what they are stands in docs/opensandbox.md.
let deployment: Deployment;
let server: TestServer;

beforeAll(async () => {
  deployment = await startDeployment();
  server = await startRemoteServer(deployment);
});

afterEach(() => {
  for (const name of Object.keys(deployment.faults)) Reflect.deleteProperty(deployment.faults, name);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await deployment[Symbol.asyncDispose]();
});

const python = { language: 'python' };

function requests(method: string, end: string): string[] {
  return deployment.seen
    .filter((seen) => seen.method === method && seen.path.endsWith(end))
    .map(({ path }) => path);
}

test('1: events are bare JSON with empty lines between them, in pieces of any size', async () => {
  deployment.faults.pieceBytes = 1;

  expect(await server.run(python, "print('héllo 世界 😀')\n40 + 2")).toMatchObject({
    status: 'ok',
    stdout: 'héllo 世界 😀\n',
    result: '42',
  });
});

test('2: execution_complete comes before the output in every second cell, and nothing is lost', async () => {
  for (const n of [1, 2, 3, 4])
    expect(await server.run(python, `print('a${String(n)}')\n${String(n)}`)).toMatchObject({
      status: 'ok',
      stdout: `a${String(n)}\n`,
      result: String(n),
    });
});

test('3: an answer that is cut is an error, never an empty success, and the cell is interrupted', async () => {
  deployment.faults.runs = ['cut'];
  const before = requests('DELETE', '/code').length;

  const cut = await server.run(python, "kept = 1\nprint('first', flush=True)\nimport time\ntime.sleep(30)");

  expect(cut).toMatchObject({
    status: 'error',
    state: 'kept',
    error: { name: 'OutputTruncated' },
    stdout: 'first\n',
  });
  await until('it was interrupted', () => requests('DELETE', '/code').length > before);
  expect(await server.run(python, 'kept')).toMatchObject({ status: 'ok', result: '1' });
});

test('4: a busy context is tried again until it is free', async () => {
  deployment.faults.runs = ['busy', 'busy'];

  expect(await server.run(python, "print('once')")).toMatchObject({ status: 'ok', stdout: 'once\n' });
});

test('5: a dead kernel, whose stream stays open for ever, is noticed; its context is made anew, and the loss said', async () => {
  const target = await newTarget(server, 'python');
  await server.run(target, 'value = 1');

  const died = await server.run(target, "print('bye', flush=True)\nimport os\nos._exit(3)");
  const next = await server.run(target, "'value' in globals()");

  expect(died).toMatchObject({
    status: 'kernel_died',
    state: 'lost',
    stdout: 'bye\n',
    error: { name: 'KernelDied' },
  });
  expect(next).toMatchObject({ status: 'ok', result: 'False' });
  expect(next.notes).toEqual([
    expect.stringContaining('fresh kernel: the variables of executions 1–2 are lost'),
  ]);
});

test('5: an answer that is lost although the kernel is idle ends the cell', async () => {
  deployment.faults.runs = ['lost'];

  expect(await server.run(await newTarget(server, 'python'), '1')).toMatchObject({
    status: 'kernel_died',
    state: 'lost',
  });
});

test('5: a cell of white space is never sent', async () => {
  const target = await newTarget(server, 'python');
  const before = requests('POST', '/code').length;

  expect(await server.run(target, ' \n\t\n')).toMatchObject({
    status: 'ok',
    state: 'kept',
    execution_count: 1,
  });
  expect(requests('POST', '/code')).toHaveLength(before);
});

test('6: hanging up does not interrupt, so a cancelled call does, and the state is kept', async () => {
  const target = await newTarget(server, 'python');
  await server.run(target, 'value = 7');
  const cell = startCell(server, target, "print('ready', flush=True)\nimport time\ntime.sleep(1000)");
  await cell.ready;
  const before = requests('DELETE', '/code').length;

  cell.cancel();

  await expect(cell.output).rejects.toThrow(/cancelled by the test/);
  expect(await server.run(target, 'value')).toMatchObject({ result: '7', notes: [] });
  expect(requests('DELETE', '/code').length).toBeGreaterThan(before);
});

test('7: every cell names its context and its language', async () => {
  await server.run({ language: 'bash' }, 'echo named');

  const runs = [...deployment.sandboxes.values()].flatMap(({ execd }) => execd.runs);
  expect(runs).toContainEqual({
    code: 'echo named',
    context: { id: expect.any(String) as string, language: 'bash' },
  });
});

test('8: a context that execd has forgotten is made anew for the next cell', async () => {
  const target = await newTarget(server, 'python');
  await server.run(target, 'value = 1');
  for (const { execd } of deployment.sandboxes.values())
    for (const id of [...execd.kernels.keys()]) execd.kernels.delete(id);

  const forgotten = await server.run(target, 'value');
  const next = await server.run(target, '1 + 1');

  expect(forgotten).toMatchObject({ status: 'kernel_died', state: 'lost' });
  expect(forgotten.error?.message).toContain('is not known to its sandbox any more');
  expect(next).toMatchObject({ status: 'ok', result: '2' });
});

test('9: displays of Python, which a deployment does not send, arrive', async () => {
  const output = await server.run(
    await newTarget(server, 'python'),
    "print('before')\ndisplay({'text/plain': 'plain', 'text/html': '<b>x</b>'}, raw=True) if 'display' in globals() else None\nprint('after')",
  );

  expect(output).toMatchObject({ status: 'ok', stdout: 'before\nafter\n' });
});

test('10: exceptions and results of JavaScript are told apart from output', async () => {
  const target = await newTarget(server, 'javascript');

  expect(await server.run(target, "let v = 5; console.log('v', v); v + 1")).toMatchObject({
    stdout: 'v 5\n',
    result: '6',
  });
  expect(await server.run(target, "throw new RangeError('too far')")).toMatchObject({
    status: 'error',
    state: 'kept',
    error: { name: 'RangeError', message: 'too far' },
  });
  expect(await server.run(target, 'v')).toMatchObject({ status: 'ok', result: '5' });
});

test('11: the first cell of a Go context says that values do not survive there', async () => {
  const target = await newTarget(server, 'go');

  const first = await server.run(target, 'import "fmt"\nfmt.Println("go")');
  const second = await server.run(target, 'fmt.Println("again")');

  expect(first).toMatchObject({ status: 'ok', stdout: 'go\n' });
  expect(first.notes).toEqual([expect.stringContaining('values of variables do not')]);
  expect(second.notes).toEqual([]);
});

test('12: output that was dropped for its rate is said in a note', async () => {
  const lines =
    '{"type":"stderr","text":"IOPub data rate exceeded.\\nThe Jupyter server\\n\\nCurrent values:\\nServerApp.iopub_data_rate_limit=1000000.0 (bytes/sec)\\nServerApp.rate_limit_window=3.0 (secs)\\n\\n"}\n\n{"type":"execution_complete"}\n\n';
  deployment.faults.runs = [{ raw: lines }];

  const output = await server.run(await newTarget(server, 'python'), "print('x' * 3_000_000)");

  expect(output).toMatchObject({ status: 'ok', stderr: '' });
  expect(output.notes).toEqual([expect.stringContaining('output is missing')]);
});

test('13: a language that the image lacks is refused before a call that would never be answered', async () => {
  deployment.faults.missing = ['java'];

  const result = await server.call('create_context', { language: 'java', sandbox_id: 'new' });

  expect(textOf(result)).toContain(
    'RUNTIME_NOT_FOUND: There is no kernel of java in the image of this deployment',
  );
  expect(textOf(result)).toContain('It has: bash, go, javascript, python, typescript');
  const asked = [...deployment.sandboxes.values()].flatMap(({ execd }) => execd.languages);
  expect(asked).not.toContain('java');
});

test('14: the key goes to the lifecycle server only, and what an endpoint asks for is sent', async () => {
  await using direct = await startRemoteServer(deployment, ['--use-server-proxy', 'off']);

  expect(await direct.run(python, '6 * 7')).toMatchObject({ result: '42' }); // the deployment refuses a key there
  const inside = deployment.seen.filter(({ path }) => path.startsWith('/direct/'));
  expect(inside.length).toBeGreaterThan(0);
  expect(inside.every(({ headers }) => headers['x-route'] !== undefined)).toBe(true);
  expect(JSON.stringify(inside)).not.toContain(API_KEY);
  expect(direct.stderr()).not.toContain(API_KEY);
});

test('15: sandboxes carry the session in their labels, and what a dead server left is removed at the next start', async () => {
  await server.run(python, '1');
  const own = [...deployment.sandboxes.values()].map(({ metadata }) => metadata);
  const live = own.find((labels) => labels['sandcell-session'] !== undefined) ?? {};
  const [place = ''] = live['sandcell-server']?.split('.') ?? [];
  const orphan = await deployment.add({ ...live, 'sandcell-server': `${place}.1.1` });
  const elsewhere = await deployment.add({ ...live, 'sandcell-server': 'ffffffffffffffff.1.1' });
  const overdue = await deployment.add({ ...live, 'sandcell-server': 'ffffffffffffffff.1.1' }, new Date(0));
  const foreign = await deployment.add({ who: 'somebody else' }, new Date(0));

  await using _next = await startRemoteServer(deployment);
  await until(
    'the orphans are gone',
    () => !deployment.sandboxes.has(orphan.id) && !deployment.sandboxes.has(overdue.id),
  );

  expect(live['sandcell-session']).toMatch(/^session_/);
  expect([...deployment.sandboxes.keys()]).toEqual(expect.arrayContaining([elsewhere.id, foreign.id]));
  expect(await server.run(await newTarget(server, 'python'), '1')).toMatchObject({ result: '1', notes: [] });
  for (const { id } of [elsewhere, foreign]) await deployment.remove(id);
});
