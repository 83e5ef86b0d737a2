import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HostPort } from './policy.ts';

/** What the package registries of the host's configuration are to sandboxes. */
export interface RegistryFront {
  /** Trusted also where they have reserved addresses, as mirrors of companies have. */
  hosts(): Promise<readonly HostPort[]>;
  /** Answers a request of a package manager; `base` is what the sandbox reaches it by: "http://127.80.0.1". */
  front(request: IncomingMessage, response: ServerResponse, base: string): void;
  /** Variables that point package managers to `base`. */
  environment(base: string): Promise<Readonly<Record<string, string>>>;
}
