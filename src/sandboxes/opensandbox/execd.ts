import type { z } from 'zod';
import type { RemoteClient, RemoteRequest } from './client.ts';
import { streamLines } from './event-stream.ts';
import { isGone, RemoteFailure } from './failure.ts';
import type { Endpoint } from './lifecycle.ts';
import { contextInfo, contextList, kernelSession, kernelSpecs, runEvent } from './wire.ts';

/** The port of execd, and that of the Jupyter server which it passes on to. */
export const EXECD_PORT = 44_772;
const JUPYTER_PORT = 44_771;

/** The image's own, the same in every sandbox of it: a name more than a secret. */
const JUPYTER_TOKEN = 'opensandboxcodeinterpreterjupyter';

/** Pings come every 3 s: a connection on which nothing comes for this long is dead. */
const SILENCE_MS = 10_000;
const BEGIN_DEADLINE_MS = 15_000;
const STOP_DEADLINE_MS = 10_000;
const CONTEXT_DEADLINE_MS = 45_000;

/** Characters of the output of a short command. */
const MAX_SAID = 16 * 1024;

/** What answers inside one sandbox: its contexts and the cells they run. */
export class Execd {
  readonly #client: RemoteClient;
  readonly #endpoint: Endpoint;
  readonly #timeoutMs: number;

  constructor(client: RemoteClient, endpoint: Endpoint, timeoutMs: number) {
    this.#client = client;
    this.#endpoint = endpoint;
    this.#timeoutMs = timeoutMs;
  }

  async ping(signal: AbortSignal): Promise<void> {
    await this.#client.text(this.call('GET', '/ping', 'asking whether a sandbox answers', signal));
  }

  /** Throws where no answer comes in time: the context may then be made nevertheless, and belongs to nobody. */
  async createContext(language: string, signal: AbortSignal): Promise<string> {
    const call = this.call('POST', '/code/context', `creating a context for ${language}`, signal);
    const request = { ...call, json: { language }, deadlineMs: CONTEXT_DEADLINE_MS };
    return (await this.#client.json(request, contextInfo)).id;
  }

  async contexts(language: string, signal: AbortSignal): Promise<string[]> {
    const path = `/code/contexts?${new URLSearchParams({ language }).toString()}`;
    const found = await this.#client.json(this.call('GET', path, 'listing contexts', signal), contextList);
    return (found ?? []).map(({ id }) => id);
  }

  /** Ends its kernel. One that is gone already is fine. */
  async deleteContext(id: string): Promise<void> {
    const path = `/code/contexts/${encodeURIComponent(id)}`;
    try {
      await this.#client.text(this.#stopCall(path, `deleting context ${id}`));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  /** Interrupts what a context runs; does nothing where it runs nothing. */
  async interrupt(id: string): Promise<void> {
    const path = `/code?${new URLSearchParams({ id }).toString()}`;
    await this.#client.text(this.#stopCall(path, `interrupting context ${id}`));
  }

  /** Begins a cell; what comes back is its event stream. Both id and language: without a language it runs as a shell command. */
  async run(
    context: { id: string; language: string },
    code: string,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    const call = this.call('POST', '/code', `running a cell in context ${context.id}`, signal);
    const headers = { ...call.headers, accept: 'text/event-stream' };
    return await this.#client.stream(
      { ...call, headers, json: { code, context }, deadlineMs: BEGIN_DEADLINE_MS },
      SILENCE_MS,
    );
  }

  /** Begins a shell command, in a folder that is made where it does not exist; what comes back is its event stream. */
  async runCommand(
    command: string,
    { cwd, env }: { cwd: string; env: Readonly<Record<string, string>> },
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    await this.makeDirectory(cwd, signal);
    const call = this.call('POST', '/command', 'running a command', signal);
    const json = { command, cwd, envs: env };
    return await this.#client.stream({ ...call, json, deadlineMs: BEGIN_DEADLINE_MS }, SILENCE_MS);
  }

  async endCommand(id: string): Promise<void> {
    const path = `/command?${new URLSearchParams({ id }).toString()}`;
    await this.#client.text(this.#stopCall(path, 'ending a command'));
  }

  /** With its parents; one that exists is fine. */
  async makeDirectory(path: string, signal: AbortSignal): Promise<void> {
    const call = this.call('POST', '/directories', `making the folder ${path}`, signal);
    await this.#client.text({ ...call, json: { [path]: { mode: 755 } } });
  }

  /** "busy", "idle", "starting", "dead"; undefined where it cannot be found out. */
  async kernelState(id: string, signal: AbortSignal): Promise<string | undefined> {
    const session = await this.#jupyter(`/api/sessions/${encodeURIComponent(id)}`, kernelSession, signal);
    return session === 'missing' ? 'dead' : session?.kernel?.execution_state;
  }

  /** The languages that it has kernels of by now; undefined where it cannot be found out. */
  async languages(signal: AbortSignal): Promise<Set<string> | undefined> {
    const found = await this.#jupyter('/api/kernelspecs', kernelSpecs, signal);
    if (found === undefined || found === 'missing') return undefined;
    return new Set(Object.values(found.kernelspecs).map(({ spec }) => spec.language));
  }

  /** A request to execd, for what is not here. */
  call(method: RemoteRequest['method'], path: string, what: string, signal: AbortSignal): RemoteRequest {
    const { url, headers } = this.#endpoint;
    return { method, url: `${url}${path}`, headers, what, deadlineMs: this.#timeoutMs, signal };
  }

  async json<Schema extends z.ZodType>(call: RemoteRequest, schema: Schema): Promise<z.output<Schema>> {
    return await this.#client.json(call, schema);
  }

  async text(call: RemoteRequest): Promise<string> {
    return await this.#client.text(call);
  }

  /** What comes may come slowly, but not never. */
  async stream(call: RemoteRequest): Promise<AsyncIterable<Uint8Array>> {
    return await this.#client.stream(call, this.#timeoutMs);
  }

  /** What a short shell command prints, without the end of its last line. */
  async output(command: string, env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string> {
    let said = '';
    const body = await this.runCommand(command, { cwd: '/', env }, signal);
    for await (const { value } of streamLines(body)) {
      const { data: event } = runEvent.safeParse(value);
      if (event?.type === 'stdout' && said.length < MAX_SAID) said += event.text;
    }
    return said.replace(/\n$/, '');
  }

  /** Not given up with the call that it is for: what goes on there would hold the context. */
  #stopCall(path: string, what: string): RemoteRequest {
    return { ...this.call('DELETE', path, what, new AbortController().signal), deadlineMs: STOP_DEADLINE_MS };
  }

  async #jupyter<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    signal: AbortSignal,
  ): Promise<z.output<Schema> | 'missing' | undefined> {
    const call = this.call('GET', `/proxy/${String(JUPYTER_PORT)}${path}`, 'asking about kernels', signal);
    const headers = { ...call.headers, authorization: `token ${JUPYTER_TOKEN}` };
    try {
      return await this.#client.json({ ...call, headers, deadlineMs: STOP_DEADLINE_MS }, schema);
    } catch (error) {
      signal.throwIfAborted();
      if (isGone(error)) return 'missing';
      if (error instanceof RemoteFailure) return undefined;
      throw error;
    }
  }
}
