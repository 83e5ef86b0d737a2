import { HOST_ADDRESSES, hostAddress } from './loopback.ts';

/** Names of one sandbox that have an address at one time. */
const MAX_HOSTS = 4096;

/** A name that some kernel has asked for. */
export interface NamedHost {
  readonly kernel: number;
  readonly host: string;
}

/**
 * Which loopback address stands for which name in one sandbox, for each kernel apart. The address that was asked for least
 * lately is given up first; it stands for nothing then until millions of others have been given out.
 */
export class HostTable {
  readonly #byIndex = new Map<number, NamedHost>();
  readonly #indexes = new Map<string, number>();
  #next = 1;

  addressOf({ kernel, host }: NamedHost): string {
    const key = `${String(kernel)} ${host}`;
    const index = this.#indexes.get(key) ?? this.#free();
    this.#indexes.delete(key);
    this.#indexes.set(key, index);
    this.#byIndex.set(index, { kernel, host });
    const [oldest] = this.#indexes;
    if (this.#indexes.size > MAX_HOSTS && oldest) {
      this.#indexes.delete(oldest[0]);
      this.#byIndex.delete(oldest[1]);
    }
    return hostAddress(index);
  }

  find(index: number): NamedHost | undefined {
    return this.#byIndex.get(index);
  }

  #free(): number {
    while (this.#byIndex.has(this.#next)) this.#next = (this.#next + 1) % HOST_ADDRESSES;
    const index = this.#next;
    this.#next = (this.#next + 1) % HOST_ADDRESSES;
    return index;
  }
}
