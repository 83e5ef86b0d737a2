import {
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defer } from '../../src/processes/deferred.ts';
import { createContext } from '../helpers/attacks.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

let server: TestServer;
let sandboxId: string;

beforeAll(async () => {
  server = await startServer();
  ({ sandboxId } = await createContext(server, { language: 'bash' }));
});

afterAll(async () => server[Symbol.asyncDispose]());

const uriOf = (path: string): string => `sandbox://${sandboxId}/workspace/${path}`;
const write = (path: string, content: Record<string, string>) =>
  server.call('write_file', { path, ...content });
const readAll = async (uri: string) => (await server.client.readResource({ uri })).contents;

describe('files as resources', () => {
  test('are listed with name, type and size, and there is a template', async () => {
    await write('plots/a b.png', { base64: 'iVBORw0KGgo=' });
    await write('notes.md', { text: '# Notes\n' });

    const { resources } = await server.client.listResources();
    expect(resources).toEqual([
      {
        ...{ uri: uriOf('notes.md'), name: 'notes.md', mimeType: 'text/markdown', size: 8 },
        annotations: { lastModified: expect.stringMatching(/^\d{4}-/) as unknown },
      },
      expect.objectContaining({
        uri: uriOf('plots/a%20b.png'),
        name: 'plots/a b.png',
        mimeType: 'image/png',
      }),
    ]);
    const { resourceTemplates } = await server.client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain(
      'sandbox://{sandbox_id}/{+path}',
    );
  });

  test('are read as text or as binary', async () => {
    const uri = uriOf('plots/a%20b.png');
    expect(await readAll(uri)).toEqual([{ uri, mimeType: 'image/png', blob: 'iVBORw0KGgo=' }]);
    const text = { uri: uriOf('notes.md'), mimeType: 'text/markdown', text: '# Notes\n' };
    expect(await readAll(uriOf('notes.md'))).toEqual([text]);
  });

  test('of a long text are read by lines, by search, and part by part', async () => {
    await server.run({ language: 'bash' }, 'seq 1 400000 > /workspace/long.txt');

    expect(await readAll(`${uriOf('long.txt')}?lines=5-6`)).toMatchObject([{ text: '5\n6' }]);
    expect(await readAll(`${uriOf('long.txt')}?search=399999`)).toMatchObject([{ text: '399999: 399999' }]);
    const [first] = await readAll(uriOf('long.txt'));
    const text = first && 'text' in first ? first.text : '';
    expect(text.length).toBeLessThan(1_001_000);
    expect(text).toContain(`the next part: ${uriOf('long.txt')}?offset=1000000`);
  });

  test.each([
    ['nothing there', () => uriOf('nothing'), -32_002, 'FILE_NOT_FOUND'],
    ['a path outside', () => `sandbox://${sandboxId}/etc/passwd`, -32_602, 'PATH_NOT_ALLOWED'],
    [
      'a way out',
      () => `sandbox://${sandboxId}/workspace/%2e%2e/%2e%2e/etc/passwd`,
      -32_602,
      'PATH_NOT_ALLOWED',
    ],
    ['a NUL', () => uriOf('a%00b'), -32_602, 'INVALID_ARGUMENT'],
    ['a folder', () => uriOf('plots'), -32_602, 'INVALID_ARGUMENT'],
    [
      'another sandbox',
      () => 'sandbox://sb_000000000000000000000000/workspace/x',
      -32_002,
      'SANDBOX_NOT_FOUND',
    ],
    ['no sandbox', () => 'sandbox://x', -32_602, 'INVALID_ARGUMENT'],
    ['no percent-encoding', () => uriOf('%zz'), -32_602, 'INVALID_ARGUMENT'],
    ['lines of an image', () => `${uriOf('plots/a%20b.png')}?lines=1`, -32_602, 'INVALID_ARGUMENT'],
  ])('are refused with a code: %s', async (_what, uri, code, says) => {
    await expect(readAll(uri())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(says) as unknown,
    });
  });

  test('of another session cannot be read', async () => {
    await using other = await startServer();

    await expect(other.client.readResource({ uri: uriOf('notes.md') })).rejects.toMatchObject({
      code: -32_002,
    });
  });

  test('that are subscribed to are told of when code or a tool changes them', async () => {
    const updates: string[] = [];
    let updated = defer<undefined>();
    server.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
      updates.push(params.uri);
      updated.resolve(undefined);
    });
    await write('watched.txt', { text: '1' });
    await write('ignored.txt', { text: '1' });
    await server.client.subscribeResource({ uri: uriOf('watched.txt') });

    await server.run(
      { language: 'bash' },
      'echo more >> /workspace/watched.txt; echo more >> /workspace/ignored.txt',
    );
    await updated.promise;
    updated = defer<undefined>();
    await write('watched.txt', { text: 'rewritten' });
    await updated.promise;
    await server.client.unsubscribeResource({ uri: uriOf('watched.txt') });

    expect(updates).toEqual([uriOf('watched.txt'), uriOf('watched.txt')]);
  });

  test('that come or go change the list, which a client hears of that has asked for it', async () => {
    const changed = defer<undefined>();
    server.client.setNotificationHandler(ResourceListChangedNotificationSchema, () => {
      changed.resolve(undefined);
    });
    await server.client.listResources();

    await server.run({ language: 'bash' }, 'echo > /workspace/come.txt');
    await changed.promise;

    const { resources } = await server.client.listResources();
    expect(resources.map(({ name }) => name)).toContain('come.txt');
  });
});
