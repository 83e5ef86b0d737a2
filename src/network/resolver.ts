import { lookup } from 'node:dns/promises';
import PQueue from 'p-queue';
import { deadline } from '../processes/deadline.ts';

/** Asks for all addresses of a name; rejects where there are none. */
export type Lookup = (name: string) => Promise<readonly string[]>;

const LOOKUP_DEADLINE_MS = 10_000;
/** As long as a page's worth of connections takes; a name's next addresses are checked as these were. */
const FRESH_MS = 30_000;
const MAX_NAMES = 4096;

interface Entry {
  readonly untilMs: number;
  readonly addresses: Promise<readonly string[]>;
}

/** As the host's own programs would: /etc/hosts, then its name servers. */
export const lookUpOnHost: Lookup = async (name) => {
  const found = await lookup(name, { all: true, verbatim: true });
  return found.map(({ address }) => address);
};

/**
 * The addresses of names for one sandbox, as the host resolves them. Remembers each for a short time, and looks up one
 * after the other: two hanging questions keep the whole of Node from asking others.
 */
export class Resolver {
  readonly #lookup: Lookup;
  readonly #fixed: ReadonlyMap<string, readonly string[]>;
  readonly #lookups = new PQueue({ concurrency: 1 });
  readonly #entries = new Map<string, Entry>();

  /** `fixed` are addresses of names that the user has given. */
  constructor(lookUp: Lookup, fixed: ReadonlyMap<string, readonly string[]>) {
    this.#lookup = lookUp;
    this.#fixed = fixed;
  }

  /** Never empty. Rejects where the name has no address, or nobody answers in 10 s. */
  async resolve(name: string, signal?: AbortSignal): Promise<readonly string[]> {
    const fixed = this.#fixed.get(name);
    if (fixed) return fixed;
    return await deadline(this.#ask(name), LOOKUP_DEADLINE_MS, signal, `${name} was not resolved`);
  }

  #ask(name: string): Promise<readonly string[]> {
    const known = this.#entries.get(name);
    if (known && known.untilMs > performance.now()) return known.addresses;
    const addresses = this.#lookups.add(() => this.#lookup(name));
    this.#entries.delete(name);
    this.#entries.set(name, { untilMs: performance.now() + FRESH_MS, addresses });
    addresses.catch(() => {
      if (this.#entries.get(name)?.addresses === addresses) this.#entries.delete(name);
    });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_NAMES && oldest !== undefined) this.#entries.delete(oldest);
    return addresses;
  }
}
