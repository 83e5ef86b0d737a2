import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../helpers/server.ts';

/** Packages as npm takes them from files: CommonJS in two versions, and a scoped one of ES modules. */
const PACK = `cd /workspace && mkdir -p common modules && cd common
echo '{"name":"common","version":"1.0.0","main":"i.js"}' > package.json && echo 'exports.v = 1' > i.js && npm pack --silent
echo '{"name":"common","version":"2.0.0","main":"i.js"}' > package.json && echo 'exports.v = 2' > i.js && npm pack --silent
cd ../modules && echo '{"name":"@scope/modules","version":"1.0.0","type":"module","exports":"./i.js"}' > package.json
echo 'export const v = 3; export default "of modules"' > i.js && npm pack --silent`;

describe.each(['javascript', 'typescript'])('packages of %s, from files', (language) => {
  let server: TestServer;
  const context = { language };

  beforeAll(async () => {
    server = await startServer(['--network', 'none']);
    expect(await server.run({ language: 'bash' }, PACK)).toMatchObject({ status: 'ok' });
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test('what was missing before can be imported and required once it is installed', async () => {
    const missing = await server.run(
      context,
      `const codes = [];
for (const name of ['common', '@scope/modules']) {
  try { require(name) } catch (error) { codes.push(error.code) }
  try { await import(name) } catch (error) { codes.push(error.code) }
}
codes.join()`,
    );
    expect(missing.result).toBe(
      "'MODULE_NOT_FOUND,ERR_MODULE_NOT_FOUND,MODULE_NOT_FOUND,ERR_MODULE_NOT_FOUND'",
    );

    const { result, error } = await server.run(
      context,
      `// from files
%npm install --silent ./common/common-1.0.0.tgz \\
  ./modules/scope-modules-1.0.0.tgz
import name, { v } from '@scope/modules'
const later = await import('common');
[name, v, later.v, require('common').v].join()`,
    );

    expect([result, error]).toEqual(["'of modules,3,1,1'", null]);
  });

  test('what Bash and a subprocess install is found as well', async () => {
    await server.run(
      { language: 'bash' },
      'mkdir -p /workspace/bash && cd /workspace/bash && echo {} > package.json && npm install --silent ../common/common-2.0.0.tgz',
    );
    const { result, error } = await server.run(
      context,
      `process.chdir('/workspace/bash');
require('child_process').execSync('npm install --silent ../modules/scope-modules-1.0.0.tgz');
const found = [require('common').v, (await import('@scope/modules')).v];
process.chdir('/workspace');
found.join()`,
    );

    expect([result, error]).toEqual(["'2,3'", null]);
  });

  test('a newer version of what is loaded is said to need a new context', async () => {
    const { notes, error } = await server.run(context, '%npm install --silent ./common/common-2.0.0.tgz');

    expect(error).toBeNull();
    expect(notes.join()).toContain('common 2.0.0 is installed, but this context has loaded 1.0.0 before');
  });

  test('a failed %npm is an error at its line, and says that there is no network', async () => {
    const { status, state, error, stdout } = await server.run(
      context,
      "console.log('not reached');\n%npm install no-such-package",
    );

    expect([status, state, stdout]).toEqual(['error', 'kept', '']);
    expect(error).toMatchObject({ name: 'InstallError', line: 2, column: 1 });
    expect(error?.message).toContain('no network (setting network: none)');
  });

  test('a text with such a line, and a remainder, are left alone', async () => {
    const { result } = await server.run(
      context,
      'var npm = 4, install = `\n%npm install nothing\n`;\n[install.length, 14\n%npm].join()',
    );

    expect(result).toBe("'22,2'");
  });

  test('an interrupt ends npm and keeps the state', async () => {
    await server.run(context, 'globalThis.kept = 7');
    await server.run(
      { language: 'bash' },
      'mkdir -p /workspace/slow && cd /workspace/slow && echo \'{"name":"slow","version":"1.0.0","scripts":{"preinstall":"sleep 1000"}}\' > package.json',
    );

    const stopped = await server.run(context, '%npm install --prefix /workspace/slow', { timeout_ms: 3000 });

    expect(stopped).toMatchObject({ status: 'timeout', state: 'kept' });
    expect(await server.run(context, 'kept')).toMatchObject({ result: '7' });
    const left = await server.run({ language: 'bash' }, 'cat /proc/[0-9]*/cmdline | tr "\\0" " "');
    expect(left.stdout).not.toContain('sleep 1000');
  });

  test('the cache and the logs of npm are not among the files of the work', async () => {
    const { stdout } = await server.run({ language: 'bash' }, 'ls -A /workspace; ls ~/.cache');

    expect(stdout).toContain('node_modules');
    expect(stdout).toContain('npm');
    expect(stdout).not.toContain('.npm');
  });
});
