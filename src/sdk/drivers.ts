import type { Settings } from '../config.ts';
import type { Logger } from '../logger.ts';
import { UNOBSERVED } from '../observer.ts';
import type { SandboxDriver } from '../sandboxes/sandbox.ts';

/** A driver in use by one sandbox; disposing it ends the use, and the last one the driver. */
export interface DriverLease extends AsyncDisposable {
  readonly driver: SandboxDriver;
}

interface Shared {
  readonly driver: Promise<SandboxDriver>;
  users: number;
}

/** The drivers of this process, by their settings: sandboxes of the same settings share one. */
const shared = new Map<string, Shared>();
/** Drivers find out about the machine one after the other: they would see each other's trials. */
let preparing = Promise.resolve();

/** A driver for one sandbox. Loads only the code of the one that is asked for. */
export async function leaseDriver(settings: Settings, logger: Logger): Promise<DriverLease> {
  const key = JSON.stringify(settings);
  const entry = shared.get(key) ?? { driver: startDriver(settings, logger), users: 0 };
  shared.set(key, entry);
  entry.users += 1;
  const leave = async (): Promise<void> => {
    entry.users -= 1;
    if (entry.users > 0) return;
    if (shared.get(key) === entry) shared.delete(key);
    await (await entry.driver)[Symbol.asyncDispose]();
  };
  let end: Promise<void> | undefined;
  try {
    return { driver: await entry.driver, [Symbol.asyncDispose]: () => (end ??= leave()) };
  } catch (error) {
    shared.delete(key);
    throw error;
  }
}

async function startDriver(settings: Settings, logger: Logger): Promise<SandboxDriver> {
  const { createDriver } = await import('../sandboxes/create-driver.ts');
  const driver = await createDriver(settings, logger, UNOBSERVED);
  preparing = preparing.then(() => driver.prepare());
  await preparing;
  return driver;
}
