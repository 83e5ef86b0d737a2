import { setTimeout as sleep } from 'node:timers/promises';
import { SandboxError } from '../../errors.ts';
import { matchesVersion } from '../../kernels/versions.ts';
import type { Language } from '../../languages.ts';
import { deadline } from '../../processes/deadline.ts';
import { RemoteFailure } from './failure.ts';
import { PRELUDES } from './preludes.ts';
import { type KernelHome, RemoteKernel } from './remote-kernel.ts';

/** The image installs its kernels while it starts, one after the other; the slowest took 23 s. */
const SPEC_DEADLINE_MS = 40_000;
const SPEC_POLL_MS = 300;
/** The first cell waits for the kernel's process to start. */
const HELLO_DEADLINE_MS = 45_000;
/** One answer in a hundred is lost without a sign. */
const HELLO_TRIES = 3;

/** Starts a kernel in a sandbox of a deployment and waits until it has answered. Throws `RUNTIME_NOT_FOUND`. */
export async function startKernel(
  language: Language,
  home: KernelHome,
  signal: AbortSignal,
): Promise<RemoteKernel> {
  await installed(language, home, signal);
  const id = await home.strays.creating(language, signal);
  const kernel = new RemoteKernel(id, language, home);
  try {
    const { hello, version } = PRELUDES[language];
    for (let tries = 0; tries < HELLO_TRIES && kernel.version === ''; tries += 1) {
      const said = await output(kernel, hello(kernel.mark), signal);
      kernel.version = version.exec(said)?.[1] ?? '';
    }
    if (kernel.version === '')
      throw new RemoteFailure(`a ${language} kernel did not answer what it was asked`);
    return kernel;
  } catch (error) {
    kernel.kill();
    throw error;
  }
}

/** Hands a kernel over to a context. Throws `INVALID_ARGUMENT` where the language cannot take the folder or the variables. */
export async function enterKernel(
  kernel: RemoteKernel,
  { cwd, env }: { cwd: string; env: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<void> {
  const isDefault = cwd === '/workspace' && Object.keys(env).length === 0;
  const { language } = kernel;
  if (isDefault && (language === 'java' || language === 'go')) return;
  const code = PRELUDES[language].enter(cwd, env);
  if (code === undefined)
    throw new SandboxError(
      'INVALID_ARGUMENT',
      `cwd and env cannot be set for ${language} on an OpenSandbox deployment`,
      {
        hint: 'Leave them out; set properties or pass paths in the code instead.',
      },
    );
  const failure = await errorOf(kernel, code, signal);
  if (failure !== undefined)
    throw new SandboxError('INVALID_ARGUMENT', `cwd ${cwd}: ${failure}`, {
      hint: 'Use a folder below /workspace or /tmp; it is created where it does not exist.',
    });
}

export function checkVersion(kernel: RemoteKernel, wanted: string | undefined): void {
  if (wanted === undefined || matchesVersion(kernel.version, wanted)) return;
  const { language, version } = kernel;
  throw new SandboxError(
    'RUNTIME_NOT_FOUND',
    `${language} ${wanted} is not in this sandbox: it has ${version}`,
    {
      hint: `All contexts of a sandbox on an OpenSandbox deployment run the version that the server was started with. Leave version out, or start with another setting (${language === 'python' ? 'python' : 'node, java or go'}_version).`,
    },
  );
}

/** A language that the image does not have would be waited for without an end. */
async function installed(language: Language, { execd }: KernelHome, signal: AbortSignal): Promise<void> {
  const giveUpAtMs = performance.now() + SPEC_DEADLINE_MS;
  for (;;) {
    const found = await execd.languages(signal);
    if (found?.has(language)) return;
    if (performance.now() > giveUpAtMs) {
      if (found === undefined) return; // it cannot be found out: the context has a deadline of its own
      throw new SandboxError(
        'RUNTIME_NOT_FOUND',
        `There is no kernel of ${language} in the image of this deployment`,
        {
          hint: `It has: ${[...found].sort().join(', ') || 'none'}. Use one of these, or an image that has ${language}.`,
        },
      );
    }
    await sleep(SPEC_POLL_MS, undefined, { signal });
  }
}

async function output(kernel: RemoteKernel, code: string, signal: AbortSignal): Promise<string> {
  const said: Buffer[] = [];
  const take = async (): Promise<void> => {
    for await (const event of kernel.execute('prelude', 0, code))
      if (event.type === 'stdout') said.push(event.chunk);
  };
  await deadline(take(), HELLO_DEADLINE_MS, signal, `the ${kernel.language} kernel did not answer`);
  return Buffer.concat(said).toString('utf8');
}

async function errorOf(kernel: RemoteKernel, code: string, signal: AbortSignal): Promise<string | undefined> {
  let failure: string | undefined;
  const take = async (): Promise<void> => {
    for await (const event of kernel.execute('enter', 0, code)) {
      if (event.type === 'error') failure = event.error.message || event.error.name;
      if (event.type === 'died') failure = `the kernel ${event.exit.detail}`;
    }
  };
  await deadline(take(), HELLO_DEADLINE_MS, signal, `the ${kernel.language} kernel did not answer`);
  return failure;
}
