import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';

/** One client that is connected, with everything that was made for it. */
export interface Connection {
  /** Names it in the log; it opens nothing. */
  readonly id: string;
  /** Ends what runs early, with an answer. */
  interrupt(): void;
  /** Resolves when all of it is gone, whoever ended it first. Never rejects. */
  close(): Promise<void>;
}

/**
 * Makes the MCP server of a client and connects it. `owner` is undefined where clients are not told apart.
 * Throws `SERVER_LIMIT_REACHED`, and leaves nothing then.
 */
export type Connect = (transport: Transport, owner: string | undefined) => Promise<Connection>;
