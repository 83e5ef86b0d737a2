import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../src/processes/run-command.ts';
import { runProgram } from '../helpers/programs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let project: string;

/** A project with the packed library in it. The packages that it depends on are those of this clone. */
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'consumer-'));
  const npm = join(process.execPath, '..', 'npm');
  const env = { HOME: project, PATH: process.env['PATH'] ?? '', npm_config_cache: join(project, 'cache') };
  const packed = await runCommand(
    [npm, 'pack', ROOT, '--ignore-scripts', '--silent', '--pack-destination', project],
    { timeoutMs: 60_000, env },
  );
  const file = packed.stdout.trim().split('\n').at(-1) ?? '';
  if (packed.code !== 0) throw new Error(packed.stderr);
  const target = join(project, 'node_modules', 'sandcell');
  mkdirSync(target, { recursive: true });
  const unpacked = await runCommand(
    ['tar', '-xzf', join(project, file), '-C', target, '--strip-components=1'],
    {
      timeoutMs: 60_000,
    },
  );
  if (unpacked.code !== 0) throw new Error(unpacked.stderr);
  const modules = readdirSync(join(ROOT, 'node_modules')).filter((name) => !name.startsWith('.'));
  for (const name of modules)
    symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
  );
  mkdirSync(join(project, 'src'));
  const examples = readdirSync(join(ROOT, 'examples'));
  for (const name of examples) cpSync(join(ROOT, 'examples', name), join(project, 'src', name));
  writeFileSync(join(project, 'src', 'types.ts'), USES_TYPES);
});

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

/** Where a type were `any`, the wrong line would need no @ts-expect-error, and that is an error itself. */
const USES_TYPES = `
import { type Execution, Sandbox, CodeInterpreter, type ExecutionStreamEvent, SandboxError, type SandboxOptions } from 'sandcell';
export const options: SandboxOptions = { memoryMiB: 512, env: { PYTHON_VERSION: '3.11' } };
// @ts-expect-error: a number
export const wrong: SandboxOptions = { memoryMiB: '512' };
// @ts-expect-error: no such option
export const unknown: SandboxOptions = { memoryMib: 512 };
export async function use(sandbox: Sandbox): Promise<Execution> {
  const { codes } = await CodeInterpreter.create(sandbox);
  // @ts-expect-error: no such language
  await codes.run('1', { language: 'ruby' });
  const execution = await codes.run('1', { language: 'python' });
  // @ts-expect-error: a result may be missing
  execution.result[0].text;
  return execution;
}
export function textOf(event: ExecutionStreamEvent): string {
  return event.type === 'stdout' ? event.text : event.type === 'error' ? event.name : '';
}
export function codeOf(error: unknown): string {
  return error instanceof SandboxError ? error.code : '';
}
`;

const STRICT = {
  compilerOptions: {
    ...{
      target: 'es2023',
      module: 'nodenext',
      moduleResolution: 'nodenext',
      strict: true,
      skipLibCheck: false,
    },
    ...{ lib: ['es2023', 'esnext.disposable'], types: ['node'], outDir: 'out', rootDir: 'src' },
    ...{
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noPropertyAccessFromIndexSignature: true,
    },
  },
  include: ['src'],
};

test('a strict project that has installed the package compiles all examples, and runs the quick start', async () => {
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(STRICT));
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

  const compiled = await runProgram([compiler, '-p', project, '--preserveSymlinks'], { cwd: project });
  const run = await runProgram([join(project, 'out', 'quick-start.js')], { cwd: project });

  expect({ code: compiled.code, stdout: compiled.stdout }).toEqual({ code: 0, stdout: '' });
  expect(run).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/\n4\n$/) as string });
}, 180_000);

test('the package holds what runs and no sources, tests or examples', () => {
  const folder = join(project, 'node_modules', 'sandcell');

  expect(readdirSync(folder).sort()).toEqual(
    ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'guests', 'mcp.json.example', 'package.json'].sort(),
  );
  expect(readdirSync(join(folder, 'dist'))).not.toContain('examples');
  expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toMatchObject({
    sideEffects: false,
  });
});
