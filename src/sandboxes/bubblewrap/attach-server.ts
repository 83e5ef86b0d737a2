import { randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { helloFrame } from '../../kernels/protocol.ts';
import { type Deferred, defer } from '../../processes/deferred.ts';

export type Role = 'frames' | 'interrupt';

/** Connections of a sandbox that have not said who they are. Over that, the oldest goes: a guest speaks at once. */
const MAX_PENDING = 64;
const HELLO_DEADLINE_MS = 5000;
const MAX_HELLO_BYTES = 256;

/** A kernel that is expected to connect. */
export interface Expected {
  readonly token: string;
  connection(role: Role): Promise<Socket>;
  /** For a kernel that is given up: closes what it has connected already. */
  refuse(): void;
  /** No connection with this token is taken any more; what was taken stays open. */
  [Symbol.dispose](): void;
}

/**
 * The socket of one sandbox on which its kernels attach. Whatever runs in the sandbox can connect;
 * only a token that is expected, once for each role, is let in.
 */
export class AttachServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #expected = new Map<string, Map<Role, Deferred<Socket>>>();
  readonly #pending = new Set<Socket>();
  readonly #open = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#greet(socket);
    });
  }

  static async listen(path: string): Promise<AttachServer> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    chmodSync(path, 0o666); // the sandbox's user is another one where the server is root
    server.unref();
    return new AttachServer(server);
  }

  expect(roles: readonly Role[]): Expected {
    const token = randomBytes(16).toString('hex');
    const waiting = new Map(roles.map((role) => [role, defer<Socket>()]));
    this.#expected.set(token, waiting);
    const connections = new Map([...waiting].map(([role, { promise }]) => [role, promise]));
    return {
      token,
      connection: (role) =>
        connections.get(role) ?? Promise.reject(new Error(`role ${role} is not expected`)),
      refuse: () => {
        this.#expected.delete(token);
        for (const connection of connections.values()) void connection.then((socket) => socket.destroy());
      },
      [Symbol.dispose]: () => {
        this.#expected.delete(token);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // All of them: the end of one that is paused is not seen, and the server would wait for it forever.
    for (const socket of this.#open) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #greet(socket: Socket): void {
    socket.on('error', () => undefined);
    this.#open.add(socket);
    this.#pending.add(socket);
    const [oldest] = this.#pending;
    if (this.#pending.size > MAX_PENDING && oldest) {
      this.#pending.delete(oldest);
      oldest.destroy();
    }
    let seen = Buffer.alloc(0);
    const timer = setTimeout(() => socket.destroy(), HELLO_DEADLINE_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      this.#open.delete(socket);
      this.#pending.delete(socket);
    });
    const onData = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk]);
      const end = seen.indexOf(10);
      if (end === -1 && seen.length <= MAX_HELLO_BYTES) return; // not a whole line yet
      socket.off('data', onData);
      socket.pause();
      clearTimeout(timer);
      this.#pending.delete(socket);
      if (!this.#admit(seen.subarray(0, Math.max(end, 0)), socket)) socket.destroy();
      else if (end + 1 < seen.length) socket.unshift(seen.subarray(end + 1)); // the guest's first frame came along
    };
    socket.on('data', onData);
  }

  #admit(hello: Buffer, socket: Socket): boolean {
    const { data } = helloFrame.safeParse(parseJson(hello));
    const waiting = data && this.#expected.get(data.token);
    const place = data && waiting?.get(data.role);
    if (!place) return false;
    waiting?.delete(data.role);
    place.resolve(socket);
    return true;
  }
}

function parseJson(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
}
