import { expect, test } from 'vitest';
import { asEachUser } from '../helpers/attacks.ts';
import { descendantsOf, living } from '../helpers/processes.ts';
import { textOf } from '../helpers/server.ts';

asEachUser((user) => {
  test('very many files, very deep folders and very large holes are dealt with', async () => {
    await using server = await user.startServer();
    const { status } = await server.run(
      { language: 'python' },
      `import os
os.makedirs('many'); os.makedirs('deep'); os.makedirs('shut')
for i in range(80_000): os.close(os.open(f'many/{i}', os.O_CREAT))
open('sparse', 'w').close(); os.truncate('sparse', 500_000_000)
os.chmod('shut', 0)
os.chdir('deep')
for i in range(3000): os.mkdir('d'); os.chdir('d')`,
    );
    expect(status).toBe('ok');

    const many = (await server.call('list_files', { path: 'many' })).structuredContent;
    expect(many).toMatchObject({ left_out: 79_000 });
    const all = (await server.call('list_files', { depth: 32 })).structuredContent as {
      entries: { path: string }[];
    };
    expect(all.entries.length).toBe(1000);
    expect(all.entries.map(({ path }) => path)).toContain('/workspace/sparse');
    expect(
      (await server.call('list_files', { path: `deep${'/d'.repeat(1900)}` })).structuredContent,
    ).toMatchObject({
      entries: [{ type: 'directory' }],
    });
    expect(textOf(await server.call('read_file', { path: `deep${'/d'.repeat(2100)}` }))).toMatch(
      /^INVALID_ARGUMENT/,
    );
    expect(textOf(await server.call('read_file', { path: 'sparse' }))).toContain(
      'too large to be shown whole',
    );
    const part = await server.call('read_file', { path: 'sparse', offset: 499_999_999, length: 5 });
    expect(part.content[1]).toMatchObject({ resource: { blob: 'AA==' } });
    expect((await server.client.listResources()).resources.length).toBeLessThanOrEqual(500);
  });

  test('what opens files ends with a server that is killed', async () => {
    await using server = await user.startServer();
    await server.call('write_file', { path: 'x', text: 'x' });
    const before = descendantsOf(server.pid);
    expect(before.filter(({ command }) => command.includes('porter-process'))).toHaveLength(1);

    process.kill(server.pid, 'SIGKILL');

    await expect.poll(() => living(before), { timeout: 20_000 }).toEqual([]);
  });
});
