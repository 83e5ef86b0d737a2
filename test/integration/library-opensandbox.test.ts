import { afterAll, beforeAll, expect, test } from 'vitest';
import { CodeInterpreter, ConnectionConfig, Sandbox } from '../../src/sdk/index.ts';
import { API_KEY, type Deployment, startDeployment } from '../helpers/opensandbox/deployment.ts';

let deployment: Deployment;
let connection: ConnectionConfig;

beforeAll(async () => {
  deployment = await startDeployment();
  connection = new ConnectionConfig({ domain: deployment.domain, apiKey: API_KEY, maxConnections: 20 });
});

afterAll(async () => {
  await deployment[Symbol.asyncDispose]();
});

test('the same program runs on a deployment: state, errors, commands and the end of the sandbox', async () => {
  const sandbox = await Sandbox.create('opensandbox/code-interpreter:v1.1.0', {
    connection,
    network: 'none',
  });
  try {
    const { codes } = await CodeInterpreter.create(sandbox);

    await codes.run('x = 42');
    const execution = await codes.run("print('out')\nx");
    const failed = await codes.run('print(undefined_variable)');

    expect(await sandbox.getInfo()).toMatchObject({ driver: 'opensandbox', state: 'running' });
    expect(execution).toMatchObject({ status: 'ok', state: 'kept', error: undefined });
    expect(execution.result.map(({ text }) => text)).toEqual(['42']);
    expect(execution.logs.stdout.map(({ text }) => text).join('')).toBe('out\n');
    expect(failed.error?.name).toBe('NameError');
    await expect(sandbox.pause()).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
  } finally {
    await sandbox.kill();
  }
  await expect(sandbox.commands.run('ls')).rejects.toThrow(/was killed/);
});

test('a plain object will do for the connection, and a deployment that is not there is named', async () => {
  const create = Sandbox.create({ connection: { domain: '127.0.0.1:9', apiKey: 'k' }, network: 'none' });

  await expect(create).rejects.toMatchObject({ name: 'DriverUnavailableError', code: 'DRIVER_UNAVAILABLE' });
});

test('a wrong connection is refused, and the key shows nowhere', () => {
  expect(() => new ConnectionConfig({ domain: 'a b' })).toThrow(/ConnectionConfig: domain: is no host/);
  expect(() => new ConnectionConfig({ maxConnections: 1 })).toThrow(/maxConnections/);
  const config = new ConnectionConfig({ domain: 'https://sandboxes.example.com/v2', apiKey: 'a-secret' });
  expect(config).toMatchObject({ domain: 'sandboxes.example.com/v2', protocol: 'https', apiKey: 'a-secret' });
  expect(JSON.stringify(config)).not.toContain('a-secret');
});
