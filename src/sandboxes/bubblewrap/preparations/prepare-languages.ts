import type { Settings } from '../../../config.ts';
import { configuredVersion } from '../../../kernels/configured-version.ts';
import { allDrivers } from '../../../kernels/drivers.ts';
import type { KernelDriver } from '../../../kernels/kernel.ts';
import { defaultRuntime } from '../../../kernels/runtimes.ts';
import type { Language } from '../../../languages.ts';
import type { Logger } from '../../../logger.ts';
import { Preparations, type Wanted } from './preparations.ts';

/**
 * Makes what kernels of the languages need and what makes them fast, as `sandcell prepare` does; all languages where
 * none is named. Says what it does, line by line. False where something could not be made.
 */
export async function prepareLanguages(
  languages: readonly Language[],
  { settings, logger, say }: { settings: Settings; logger: Logger; say: (line: string) => void },
  signal: AbortSignal,
): Promise<boolean> {
  await using preparations = new Preparations(settings, logger);
  const stop = (): void => void preparations[Symbol.asyncDispose]();
  signal.addEventListener('abort', stop, { once: true });
  const isWanted = ({ language }: KernelDriver): boolean =>
    languages.length === 0 || languages.includes(language);
  let allReady = true;
  for (const driver of allDrivers().filter(isWanted)) {
    const wanted = await wantedOf(driver, preparations, settings, signal);
    if (wanted === undefined) say(`${driver.language}: not installed on this machine, nothing to prepare`);
    else if (wanted.length === 0 && languages.length > 0) say(`${driver.language}: needs no preparation`);
    for (const one of (wanted ?? []).toReversed())
      allReady = (await prepareOne(one, preparations, say)) && allReady;
  }
  return allReady && !signal.aborted;
}

async function wantedOf(
  driver: KernelDriver,
  preparations: Preparations,
  settings: Settings,
  signal: AbortSignal,
): Promise<Wanted[] | undefined> {
  const version = configuredVersion(driver.runtime, settings);
  const runtime = await defaultRuntime(driver.runtime, version, { signal });
  return runtime && (await preparations.wanted(driver, runtime));
}

async function prepareOne(
  wanted: Wanted,
  preparations: Preparations,
  say: (line: string) => void,
): Promise<boolean> {
  const { preparation, runtime } = wanted;
  const title = `${preparation.title} ${runtime.version}`;
  if ((await preparations.stateOf(wanted)).is === 'ready') {
    say(`${title}: ready`);
    return true;
  }
  const { seconds, mib } = preparation.estimate;
  say(`${title}: takes about ${String(seconds)} s and ${String(mib)} MiB of the cache folder, once`);
  const startedAtMs = performance.now();
  const elapsed = (): string => `${((performance.now() - startedAtMs) / 1000).toFixed(0).padStart(4)} s`;
  try {
    await preparations.make(wanted, (step) => {
      say(`${elapsed()}  ${step}`);
    });
    say(`${elapsed()}  ready`);
    return true;
  } catch (error) {
    say(`${elapsed()}  failed: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}
