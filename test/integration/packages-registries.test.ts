import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../helpers/server.ts';

/*
 * Real installs from the registries that this machine's package managers are configured with, through the proxy and the
 * front, in the default mode. What other tests do from files is done here once for each manager.
 */
describe('installs from the registries of the host', { timeout: 300_000 }, () => {
  let server: TestServer;
  const run = (language: string, code: string) =>
    server.run({ language }, code, { timeout_ms: 300_000 }, { timeoutMs: 310_000 });

  beforeAll(async () => {
    server = await startServer();
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test('pip by a subprocess, and then the host that is not allowed is named', async () => {
    const installed = await run(
      'python',
      "import subprocess\nsubprocess.run(['pip', 'install', '-q', 'requests'], check=True)\nimport requests\nrequests.__name__",
    );
    expect([installed.result, installed.error]).toEqual(["'requests'", null]);

    const refused = await run(
      'python',
      "try:\n    requests.get('https://api.example.com')\nexcept Exception:\n    pass",
    );

    expect(refused).toMatchObject({ status: 'ok', blocked: ['api.example.com:443'] });
    expect(refused.notes.join()).toContain('--allow-hosts api.example.com');
  });

  test('%pip with native code, imported in the same cell', async () => {
    const { result, error } = await run(
      'python',
      '%pip install -q numpy\nimport numpy\nint(numpy.arange(4).sum())',
    );

    expect([result, error]).toEqual(['6', null]);
  });

  test.each(['javascript', 'typescript'])(
    '%%npm for %s: ES modules, CommonJS and a native addon',
    async (language) => {
      const { result, error } = await run(
        language,
        `%npm install --silent left-pad nanoid @node-rs/crc32
import { nanoid } from 'nanoid'
import { crc32 } from '@node-rs/crc32'
const pad = require('left-pad');
[nanoid().length, pad('x', 3), crc32('x')].join()`,
      );

      expect([result, error]).toEqual(["'21,  x,2363233923'", null]);
    },
  );

  test('%maven with what the jar depends on', async () => {
    const { result, error, stdout } = await run(
      'java',
      '%maven com.fasterxml.jackson.core:jackson-databind:2.17.0\nimport com.fasterxml.jackson.databind.ObjectMapper;\nnew ObjectMapper().readTree("{\\"a\\":1}").get("a").asInt()',
    );

    expect([result, error]).toEqual(['1', null]);
    expect(stdout).toContain('com.fasterxml.jackson.core:jackson-core:2.17.0');
  });

  test('%go get, checked by the checksum database', async () => {
    const { result, error } = await run(
      'go',
      '%go get github.com/google/uuid@v1.6.0\nimport "github.com/google/uuid"\nuuid.Nil.String()',
    );

    expect([result, error]).toEqual(['00000000-0000-0000-0000-000000000000', null]);
  });

  test('pip, npm and go in Bash', async () => {
    const { stdout, error } = await run(
      'bash',
      `set -e
pip install -q six && python3 -c 'import six; print(six.__name__)'
mkdir -p /tmp/npm && cd /tmp/npm && npm install --silent is-odd && node -p 'require("is-odd")(3)'
mkdir -p /tmp/go && cd /tmp/go && go mod init -q x 2>/dev/null || go mod init x 2>/dev/null
go get rsc.io/quote@v1.5.2 2>/dev/null && grep -c rsc.io/quote go.mod`,
    );

    expect([stdout, error]).toEqual(['six\ntrue\n1\n', null]);
  });

  test.each([
    ['python', '%pip install no-such-package-of-nobody-1', 'No matching distribution found'],
    ['javascript', '%npm install no-such-package-of-nobody-1', 'E404'],
    ['java', '%maven no.such:artifact:1.0', 'no.such:artifact:jar:1.0'],
    ['go', '%go get example.com/no/such/module', 'example.com/no/such/module'],
  ])('what no registry of %s has is an error that says so', async (language, code, message) => {
    const { status, state, error } = await run(language, code);

    expect([status, state]).toEqual(['error', 'kept']);
    expect(error).toMatchObject({ name: 'InstallError' });
    expect(error?.message).toContain(message);
  });
});
