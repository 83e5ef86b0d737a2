import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Resource } from '@modelcontextprotocol/sdk/types.js';
import { SandboxError } from '../errors.ts';
import type { Session } from '../sessions/session.ts';
import { listFiles, versionOf } from './sandbox-files.ts';

const MAX_SUBSCRIPTIONS = 100;
const MAX_URI_LENGTH = 8192;
const CHECK_DEADLINE_MS = 10_000;

/**
 * Tells a client of changed files: of those that it has subscribed to, and of the list once it has asked for it. Looked
 * at after each call that may change files, not in between: to watch the file systems costs kernel resources that all
 * sandboxes of a user share.
 */
export class ResourceWatch {
  readonly #server: Server;
  readonly #session: Session;
  readonly #versions = new Map<string, string | undefined>();
  /** Undefined as long as nobody has asked for it. */
  #listed: string | undefined;
  #isChecking = false;
  #isStale = false;

  constructor(server: Server, session: Session) {
    this.#server = server;
    this.#session = session;
  }

  hasListed(files: readonly Resource[]): void {
    this.#listed = namesOf(files);
  }

  /** Throws SandboxError `INVALID_ARGUMENT`. */
  async subscribe(uri: string): Promise<void> {
    if (
      uri.length > MAX_URI_LENGTH ||
      (this.#versions.size >= MAX_SUBSCRIPTIONS && !this.#versions.has(uri))
    ) {
      throw new SandboxError(
        'INVALID_ARGUMENT',
        `More than ${String(MAX_SUBSCRIPTIONS)} subscriptions, or a URI of more than ${String(MAX_URI_LENGTH)} characters`,
        {
          hint: 'Unsubscribe from what is no longer needed.',
        },
      );
    }
    this.#versions.set(uri, await this.#version(uri));
  }

  unsubscribe(uri: string): void {
    this.#versions.delete(uri);
  }

  /** Files may have changed. Returns at once. */
  touch(): void {
    if (this.#listed === undefined && this.#versions.size === 0) return;
    this.#isStale = true;
    if (!this.#isChecking) void this.#checkAll(); // it never rejects
  }

  /** Never rejects: a client that is gone, or a sandbox, need not be told. */
  async #checkAll(): Promise<void> {
    this.#isChecking = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        await this.#checkFiles();
        await this.#checkList();
      }
    } catch {
      // The client has gone, or the sandbox has.
    } finally {
      this.#isChecking = false;
    }
  }

  async #checkFiles(): Promise<void> {
    for (const [uri, before] of [...this.#versions]) {
      const now = await this.#version(uri);
      if (now === before || !this.#versions.has(uri)) continue;
      this.#versions.set(uri, now);
      await this.#server.sendResourceUpdated({ uri });
    }
  }

  async #checkList(): Promise<void> {
    if (this.#listed === undefined) return;
    const now = namesOf(await listFiles(this.#session, AbortSignal.timeout(CHECK_DEADLINE_MS)));
    if (now === this.#listed) return;
    this.#listed = now;
    await this.#server.sendResourceListChanged();
  }

  #version(uri: string): Promise<string | undefined> {
    return versionOf(this.#session, uri, AbortSignal.timeout(CHECK_DEADLINE_MS));
  }
}

function namesOf(files: readonly Resource[]): string {
  return files.map(({ uri }) => uri).join('\n');
}
