import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CodeInterpreter, Sandbox } from '../../src/sdk/index.ts';
import { newContext, newTarget, until } from '../helpers/cells.ts';
import { API_KEY, type Deployment, startDeployment } from '../helpers/opensandbox/deployment.ts';
import { startRemoteServer } from '../helpers/opensandbox/server.ts';
import { startServer, textOf, type TestServer } from '../helpers/server.ts';

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

describe('the tools on a deployment', () => {
  test('files that cells write are read, and the other way round', async () => {
    await server.run(python, "open('/workspace/note.txt', 'w').write('one\\ntwo\\n'); None");

    const read = await server.call('read_file', { path: 'note.txt' });
    const written = await server.call('write_file', { path: 'deep/new.txt', text: 'from outside' });
    const appended = await server.call('write_file', { path: 'deep/new.txt', text: '!', append: true });
    const listed = await server.call('list_files', { path: '.', depth: 2 });
    const missing = await server.call('read_file', { path: 'nothing.txt' });

    expect(read.structuredContent).toMatchObject({ path: '/workspace/note.txt', size_bytes: 8 });
    expect(written.structuredContent).toMatchObject({ path: '/workspace/deep/new.txt', size_bytes: 12 });
    expect(appended.structuredContent).toMatchObject({ size_bytes: 13 });
    expect(textOf(listed)).toContain('deep/new.txt');
    expect(textOf(missing)).toContain('FILE_NOT_FOUND');
    expect(await server.run(python, "open('deep/new.txt').read()")).toMatchObject({
      result: "'from outside!'",
    });
  });

  test('kill_sandbox removes the sandbox from the deployment', async () => {
    const { sandbox_id } = await newContext(server, 'bash', { sandbox_id: 'new' });
    const isThere = (): boolean =>
      [...deployment.sandboxes.values()].some(({ metadata }) => metadata['sandcell-sandbox'] === sandbox_id);
    expect(isThere()).toBe(true);

    await server.call('kill_sandbox', { sandbox_id });

    expect(isThere()).toBe(false);
  });

  test('a sandbox that has gone there is made anew under its id, and the loss is said', async () => {
    const target = await newContext(server, 'python', { sandbox_id: 'new' });
    const [id = ''] =
      [...deployment.sandboxes].find(
        ([, { metadata }]) => metadata['sandcell-sandbox'] === target.sandbox_id,
      ) ?? [];
    await server.run({ context_id: target.context_id }, 'value = 1');
    await deployment.remove(id);

    const died = await server.run({ context_id: target.context_id }, 'value');
    const next = await server.run({ context_id: target.context_id }, '1 + 1');

    expect(died).toMatchObject({ status: 'kernel_died', state: 'lost' });
    expect(next).toMatchObject({ status: 'ok', result: '2', sandbox_id: target.sandbox_id });
    expect(next.notes.join()).toContain('the files of the sandbox are lost too');
  });
});

describe('what goes wrong on the way', () => {
  test('a connection that is reset is an error that says so', async () => {
    const target = await newTarget(server, 'python');
    deployment.faults.runs = ['reset'];

    expect(await server.run(target, "print('a', flush=True)\nimport time\ntime.sleep(30)")).toMatchObject({
      status: 'error',
      error: { name: 'OutputTruncated' },
    });
  });

  test('a connection on which nothing comes is given up after 10 s', async () => {
    deployment.faults.runs = ['silence'];

    expect(await server.run(await newTarget(server, 'python'), '1')).toMatchObject({
      status: 'error',
      error: {
        name: 'OutputTruncated',
        message: expect.stringContaining('nothing came for 10000 ms') as string,
      },
    });
  });

  test('GET is asked again where a proxy answers, POST is not', async () => {
    let refused = 0;
    deployment.faults.onRequest = ({ method, path, response }) => {
      if (method !== 'GET' || !path.endsWith('/files/info') || refused >= 2) return false;
      refused += 1;
      response.writeHead(503).end();
      return true;
    };
    await server.run(python, "open('/workspace/again.txt', 'w').write('x'); None");

    const read = await server.call('read_file', { path: 'again.txt' });

    expect(refused).toBe(2);
    expect(read.isError).not.toBe(true);
  });

  test('garbage between the events is said in a note', async () => {
    deployment.faults.runs = [
      {
        raw: 'nonsense\n\n{"type":"later"}\n\n{"type":"stdout","text":"ok\\n"}\n\n{"type":"execution_complete"}\n\n',
      },
    ];

    expect(await server.run(await newTarget(server, 'python'), '1')).toMatchObject({
      status: 'ok',
      stdout: 'ok\n',
      notes: ['1 parts of the answer could not be read: output may be missing'],
    });
  });

  test('a wrong key, and a deployment that is not there, are DRIVER_UNAVAILABLE with what to do', async () => {
    await using unknown = await startServer(['--driver', 'opensandbox', '--domain', deployment.domain]);
    await using nowhere = await startServer(['--driver', 'opensandbox', '--domain', '127.0.0.1:1']);

    const refused = textOf(await unknown.call('create_context', python));
    const missing = textOf(await nowhere.call('create_context', python));

    expect(refused).toMatch(/^DRIVER_UNAVAILABLE: .*answered with 401/);
    expect(refused).toContain('--api-key-file');
    expect(missing).toMatch(/^DRIVER_UNAVAILABLE: .*ECONNREFUSED/);
  });
});

test('the library runs the same program there', async () => {
  const connection = { domain: deployment.domain, apiKey: API_KEY };
  await using sandbox = await Sandbox.create({ driver: 'opensandbox', connection });
  const interpreter = await CodeInterpreter.create(sandbox);

  const execution = await interpreter.codes.run('result = 2 + 2\nresult');
  const command = await sandbox.commands.run('echo out; exit 3');

  expect(execution.result[0]?.text).toBe('4');
  expect(command).toMatchObject({ exitCode: 3 });
});

test('a server that ends leaves nothing on the deployment', async () => {
  const before = new Set(deployment.sandboxes.keys());
  const other = await startRemoteServer(deployment);
  await other.run(python, '1');
  await other[Symbol.asyncDispose]();

  await until('its sandboxes are gone', () => [...deployment.sandboxes.keys()].every((id) => before.has(id)));
});
