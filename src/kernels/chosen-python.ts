import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { SandboxError } from '../errors.ts';
import { askForFacts, MINIMUM_VERSIONS } from './runtime-facts.ts';
import { foldersOutsideSystem } from './runtime-folders.ts';
import type { Runtime } from './runtimes.ts';
import { isAtLeast } from './versions.ts';

/**
 * The Python of the setting `python`: an interpreter, or the folder of a virtual environment, of which sandboxes see the
 * files but change none. Throws `RUNTIME_NOT_FOUND` where it is none, or cannot be shown without showing much else.
 */
export async function choosePython(given: string, signal?: AbortSignal): Promise<Runtime> {
  const place = path.resolve(given);
  const isFolder = (await stat(place).catch(() => undefined))?.isDirectory() ?? false;
  // Not its real path: a virtual environment is known by the name that its Python is called by.
  const executable = isFolder ? path.join(place, 'bin/python') : place;
  const real = await realpath(executable).catch(() => undefined);
  if (real === undefined) throw refusal(given, `there is no ${executable}`);
  const asked = { kind: 'python', executable, versionByName: null, sizeBytes: 0, modifiedAtMs: 0 } as const;
  const facts = await askForFacts(asked, signal);
  if (facts === null) throw refusal(given, `${executable} does not answer as CPython does`);
  if (!isAtLeast(facts.version, MINIMUM_VERSIONS.python)) {
    throw refusal(given, `it is Python ${facts.version}, and ${MINIMUM_VERSIONS.python} or newer is needed`);
  }
  const environment = path.dirname(path.dirname(executable));
  const isVirtual = (await stat(path.join(environment, 'pyvenv.cfg')).catch(() => undefined)) !== undefined;
  const base = path.dirname(path.dirname(real));
  const prefixes = [...facts.prefixes, base, ...(isVirtual ? [environment] : [])];
  const folders = await foldersOutsideSystem(real, prefixes, { env: process.env, standsAlone: false });
  if (folders === null)
    throw refusal(given, 'its files stand in a folder that holds much else, such as a home');
  return { kind: 'python', version: facts.version, executable, folders, isVirtual };
}

function refusal(given: string, why: string): SandboxError {
  return new SandboxError(
    'RUNTIME_NOT_FOUND',
    `The setting python (${given}) names no Python for contexts: ${why}`,
    {
      hint: 'Set it to an interpreter or to the folder of a virtual environment, or leave it out; a version in create_context takes an installed one.',
    },
  );
}
