import { SandboxError } from '../../../errors.ts';
import type { KernelDriver, KernelSettings } from '../../../kernels/kernel.ts';
import type { Preparation, Prepared } from '../../../kernels/preparation.ts';
import type { Runtime } from '../../../kernels/runtimes.ts';
import type { Logger } from '../../../logger.ts';
import { deadline, DeadlineError } from '../../../processes/deadline.ts';
import { build } from './build.ts';
import { keyOf } from './preparation-key.ts';
import { PREPARED, PreparedFolders } from './prepared-folders.ts';

/** A call that waits longer than that is told to come again: clients give up after 60 s. */
const WAIT_MS = 50_000;

/** One preparation of one runtime. */
export interface Wanted {
  readonly key: string;
  readonly preparation: Preparation;
  readonly runtime: Runtime;
}

export type State =
  | { is: 'ready' | 'missing' }
  | { is: 'making'; step: string; seconds: number }
  | { is: 'failed' | 'impossible'; reason: string };

interface Making {
  readonly done: Promise<void>;
  readonly startedAtMs: number;
  step: string;
}

/** Makes and finds the preparations of kernels, each once at a time. Disposing it stops what is being made. */
export class Preparations implements AsyncDisposable {
  readonly #settings: KernelSettings;
  readonly #logger: Logger;
  readonly #folders = new PreparedFolders();
  readonly #making = new Map<string, Making>();
  readonly #disposal = new AbortController();

  constructor(settings: KernelSettings, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
  }

  /** All that a driver would like to have of a runtime, the best first. */
  async wanted(driver: KernelDriver, runtime: Runtime): Promise<Wanted[]> {
    const preparations = driver.preparations?.(runtime, this.#settings) ?? [];
    return await Promise.all(
      preparations.map(async (preparation) => ({
        key: await keyOf(preparation, runtime),
        preparation,
        runtime,
      })),
    );
  }

  /**
   * The best that is ready. Where none is, the plainest is made, and waited for; what is better is made in the background.
   * Undefined where the driver asks for none. Throws `RUNTIME_NOT_FOUND` where none can be had, or not yet.
   */
  async obtain(driver: KernelDriver, runtime: Runtime, signal: AbortSignal): Promise<Prepared | undefined> {
    const wanted = await this.wanted(driver, runtime);
    const plainest = wanted.at(-1);
    if (plainest === undefined) return undefined;
    let ready = await this.#firstReady(wanted);
    if (ready === undefined) {
      await this.#waitFor(plainest, signal);
      ready = plainest;
    }
    this.#makeInBackground(wanted.slice(0, wanted.indexOf(ready)));
    void this.#folders.touch(ready.key);
    return {
      name: ready.preparation.name,
      folder: `${PREPARED}/${ready.key}`,
      reason: ready === wanted[0] ? undefined : await this.#reasonAgainst(wanted[0] ?? ready),
    };
  }

  async stateOf({ key, preparation }: Wanted): Promise<State> {
    if (await this.#folders.isReady(key)) return { is: 'ready' };
    const making = this.#making.get(key);
    if (making) {
      return {
        is: 'making',
        step: making.step,
        seconds: Math.round((Date.now() - making.startedAtMs) / 1000),
      };
    }
    if (preparation.obstacle !== undefined) return { is: 'impossible', reason: preparation.obstacle };
    const reason = await this.#folders.failureOf(key);
    return reason === undefined ? { is: 'missing' } : { is: 'failed', reason };
  }

  /** What a ready one can and cannot do: "on", or why not. */
  async featuresOf({ key }: Wanted): Promise<Readonly<Record<string, string>>> {
    return await this.#folders.featuresOf(key);
  }

  /** Makes it where it is not ready, or joins whoever is making it. Throws an Error with the reason. */
  async make(wanted: Wanted, onProgress: (step: string) => void = () => undefined): Promise<void> {
    const known = this.#making.get(wanted.key);
    if (known) {
      await known.done;
      return;
    }
    const making: Making = {
      startedAtMs: Date.now(),
      step: 'waiting for its turn',
      done: this.#make(wanted, (step) => {
        making.step = step;
        onProgress(step);
      }),
    };
    this.#making.set(wanted.key, making);
    await making.done.finally(() => this.#making.delete(wanted.key));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal.abort(new Error('the server is shutting down'));
    await Promise.allSettled([...this.#making.values()].map(({ done }) => done));
  }

  async #make(wanted: Wanted, onProgress: (step: string) => void): Promise<void> {
    const { key, preparation, runtime } = wanted;
    const { seconds, mib } = preparation.estimate;
    if (await this.#folders.isReady(key)) return;
    if (preparation.obstacle !== undefined) throw new Error(preparation.obstacle);
    this.#logger.info(`preparing ${preparation.title} ${runtime.version}`, {
      about_seconds: seconds,
      about_mib: mib,
    });
    const startedAtMs = Date.now();
    try {
      await build(wanted, this.#folders, { signal: this.#disposal.signal, onProgress });
      await this.#folders.setFailure(key, undefined);
      await this.#folders.sweep();
      this.#logger.info(`prepared ${preparation.title}`, {
        seconds: Math.round((Date.now() - startedAtMs) / 1000),
      });
    } catch (error) {
      this.#disposal.signal.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      await this.#folders.setFailure(key, reason);
      this.#logger.warn(`${preparation.title} could not be prepared`, { error });
      throw error;
    }
  }

  #makeInBackground(better: readonly Wanted[]): void {
    void (async () => {
      for (const wanted of better.toReversed()) {
        if ((await this.stateOf(wanted)).is === 'missing') await this.make(wanted);
      }
    })().catch(() => undefined); // logged where it happened; whoever asks is told by its state
  }

  async #firstReady(wanted: readonly Wanted[]): Promise<Wanted | undefined> {
    for (const one of wanted) {
      if (await this.#folders.isReady(one.key)) return one;
    }
    return undefined;
  }

  async #waitFor(wanted: Wanted, signal: AbortSignal): Promise<void> {
    const { preparation, runtime } = wanted;
    const state = await this.stateOf(wanted);
    if (state.is === 'failed' || state.is === 'impossible') throw unavailable(wanted, state.reason);
    try {
      await deadline(this.make(wanted), WAIT_MS, signal, 'not prepared');
    } catch (error) {
      signal.throwIfAborted();
      this.#disposal.signal.throwIfAborted();
      if (!(error instanceof DeadlineError))
        throw unavailable(wanted, String(error instanceof Error ? error.message : error));
      throw new SandboxError(
        'RUNTIME_NOT_FOUND',
        `${preparation.title} ${runtime.version} has to be prepared once on this machine, and ${describe(await this.stateOf(wanted), preparation)}`,
        { hint: 'Try again in half a minute; it goes on meanwhile and is made only once.' },
      );
    }
  }

  async #reasonAgainst(best: Wanted): Promise<string> {
    const { preparation } = best;
    const state = await this.stateOf(best);
    const { seconds, mib } = preparation.estimate;
    if (state.is !== 'missing') return `${preparation.title} ${describe(state, preparation)}`;
    return `${preparation.title} is being prepared from now on: about ${String(seconds)} s and ${String(mib)} MiB, once`;
  }
}

/** The state as the part of a sentence. */
export function describe(state: State, { estimate }: Preparation): string {
  switch (state.is) {
    case 'ready':
      return 'is ready';
    case 'making':
      return `is being prepared: ${state.step}, ${String(state.seconds)} s of about ${String(estimate.seconds)} s so far`;
    case 'missing':
      return `is not prepared yet: about ${String(estimate.seconds)} s and ${String(estimate.mib)} MiB, once`;
    case 'failed':
    case 'impossible':
      return `cannot be prepared: ${state.reason}`;
  }
}

function unavailable({ preparation, runtime }: Wanted, reason: string): SandboxError {
  return new SandboxError(
    'RUNTIME_NOT_FOUND',
    `${preparation.title} ${runtime.version} cannot be prepared on this machine: ${reason.slice(-1000)}`,
    { hint: 'Use another language, or have the person who runs this server look at `sandcell doctor`.' },
  );
}
