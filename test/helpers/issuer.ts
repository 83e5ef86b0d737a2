import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

export interface TokenOptions {
  claims?: JWTPayload;
  /** Those that are undefined are left out. */
  header?: Record<string, unknown>;
  key?: SigningKey;
}

export interface SigningKey {
  readonly id: string;
  readonly algorithm: string;
  readonly pair: KeyPair;
}

export interface Answer {
  status: number;
  body: string;
}

/**
 * An authorization server over HTTP on loopback: metadata and keys, as a resource server sees it, and tokens for clients
 * that have credentials of their own, whatever these are.
 */
export class TestIssuer implements AsyncDisposable {
  /** Paths that were asked for. */
  readonly requests: string[] = [];
  readonly url: string;
  keys: SigningKey[];
  /** Answers in place of a document, by its path. */
  readonly answers = new Map<string, Answer | 'nothing'>();
  readonly #server: Server;

  private constructor(server: Server, url: string, keys: SigningKey[]) {
    this.#server = server;
    this.url = url;
    this.keys = keys;
    server.on('request', (request, response) => {
      const path = request.url ?? '';
      this.requests.push(path);
      void text(request)
        .then((body) => this.#answer(path, new URLSearchParams(body)))
        .then((answer) => {
          if (answer === 'nothing') return;
          const headers = { 'Content-Type': 'application/json', Location: '/keys' };
          response.writeHead(answer.status, headers).end(answer.body);
        });
    });
  }

  static async start(): Promise<TestIssuer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // it listens on TCP
    const keys = await Promise.all([signingKey('RS256'), signingKey('ES256')]);
    return new TestIssuer(server, `http://127.0.0.1:${port}`, keys);
  }

  /** An access token; by default a good one for `audience` and the subject alice. */
  async token(audience: string, { claims = {}, header = {}, key }: TokenOptions = {}): Promise<string> {
    const signing = key ?? this.keys[0];
    if (!signing) throw new Error('the issuer has no key');
    const nowS = Math.floor(Date.now() / 1000);
    const payload = {
      ...{ iss: this.url, aud: audience, sub: 'alice', client_id: 'app', iat: nowS, exp: nowS + 300 },
      ...claims,
    };
    return await new SignJWT(payload)
      .setProtectedHeader({ alg: signing.algorithm, kid: signing.id, typ: 'at+jwt', ...header })
      .sign(signing.pair.privateKey);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(path: string, form: URLSearchParams): Promise<Answer | 'nothing'> {
    const answer = this.answers.get(path);
    if (answer) return answer;
    switch (path) {
      case '/keys':
        return json({ keys: await Promise.all(this.keys.map(publicJwk)) });
      case '/token':
        return json({ token_type: 'Bearer', access_token: await this.#grant(form) });
      case '/.well-known/oauth-authorization-server':
        return json({
          ...{ issuer: this.url, jwks_uri: `${this.url}/keys`, token_endpoint: `${this.url}/token` },
          ...{ authorization_endpoint: `${this.url}/authorize`, response_types_supported: ['code'] },
        });
      default:
        return { status: 404, body: '{}' };
    }
  }

  async #grant(form: URLSearchParams): Promise<string> {
    const claims = { scope: form.get('scope') ?? '', sub: 'a client', client_id: 'a client' };
    return await this.token(form.get('resource') ?? '', { claims });
  }
}

function json(document: object): Answer {
  return { status: 200, body: JSON.stringify(document) };
}

let keys = 0;

export async function signingKey(algorithm: string): Promise<SigningKey> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  return { id: `key-${++keys}`, algorithm, pair };
}

export async function publicJwk({ id, algorithm, pair }: SigningKey): Promise<JWK> {
  return { ...(await exportJWK(pair.publicKey)), kid: id, alg: algorithm, use: 'sig' };
}
