import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer, json as readJson } from 'node:stream/consumers';
import { z } from 'zod';
import type { Context } from '../../../src/contexts/context.ts';
import { LANGUAGES } from '../../../src/languages.ts';
import type { CommandEvent } from '../../../src/sandboxes/commands.ts';
import type { Sandbox } from '../../../src/sandboxes/sandbox.ts';
import { answer, finish } from './answer.ts';
import type { Faults } from './faults.ts';
import { FakeKernel } from './kernel.ts';

const runRequest = z.object({
  code: z.string().min(1),
  context: z.object({ id: z.string(), language: z.enum(LANGUAGES) }),
});
const contextRequest = z.object({ language: z.string() });
const commandRequest = z.object({
  command: z.string(),
  cwd: z.string(),
  envs: z.record(z.string(), z.string()),
});

/** What answers inside a sandbox of the deployment. */
export class FakeExecd implements AsyncDisposable {
  readonly kernels = new Map<string, FakeKernel>();
  /** What POST /code and POST /code/context were asked. */
  readonly runs: unknown[] = [];
  readonly languages: string[] = [];
  readonly #sandbox: Sandbox;
  readonly #token: string;
  readonly #faults: Faults;
  readonly #commands = new Map<string, AbortController>();

  constructor(sandbox: Sandbox, token: string, faults: Faults) {
    this.#sandbox = sandbox;
    this.#token = token;
    this.#faults = faults;
  }

  async handle(
    path: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (request.headers['x-execd-access-token'] !== this.#token) {
      answer(response, 401, {
        error: 'Unauthorized: invalid or missing header X-EXECD-ACCESS-TOKEN',
      });
      return;
    }
    const route = `${request.method ?? ''} ${path}`;
    if (route === 'GET /ping') {
      answer(response, 200, undefined);
      return;
    }
    if (route === 'POST /code/context') {
      await this.#createContext(request, response);
      return;
    }
    if (route === 'GET /code/contexts') {
      answer(response, 200, this.#contexts(query.get('language')));
      return;
    }
    if (route === 'POST /code') {
      await this.#run(request, response);
      return;
    }
    if (route === 'DELETE /code') {
      this.#interrupt(query.get('id') ?? '', response);
      return;
    }
    if (route.startsWith('DELETE /code/contexts/')) {
      await this.#deleteContext(path.slice(15), response);
      return;
    }
    if (path.startsWith('/proxy/44771/')) {
      this.#jupyter(path.slice(12), response);
      return;
    }
    if (path === '/command') {
      await this.#command(query, request, response);
      return;
    }
    try {
      await this.#files(route, query, request, response);
    } catch (error) {
      // Not by its class: the driver is another build of it.
      const { data: known } = z.object({ code: z.string(), message: z.string() }).safeParse(error);
      if (!known) throw error;
      const isMissing = known.code === 'FILE_NOT_FOUND';
      answer(response, isMissing ? 404 : 500, {
        code: isMissing ? 'FILE_NOT_FOUND' : 'RUNTIME_ERROR',
        message: known.message,
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sandbox[Symbol.asyncDispose]();
  }

  async #createContext(request: IncomingMessage, response: ServerResponse): Promise<undefined> {
    const { language } = contextRequest.parse(await readJson(request));
    this.languages.push(language);
    const known = LANGUAGES.find((name) => name === language);
    if (known === undefined || this.#faults.missing?.includes(language)) return; // it is retried for ever
    const id = randomUUID();
    const spec = { id, language: known, name: undefined, version: undefined, cwd: '/workspace', env: {} };
    const start = (): Promise<Context> => this.#sandbox.createContext(spec, new AbortController().signal);
    this.kernels.set(id, new FakeKernel(id, known, await start(), start));
    answer(response, 200, { id, language });
  }

  #contexts(language: string | null): object[] {
    const all = [...this.kernels.values()].map((kernel) => ({ id: kernel.id, language: kernel.language }));
    return all.filter((context) => language === null || context.language === language);
  }

  async #run(request: IncomingMessage, response: ServerResponse): Promise<undefined> {
    const asked = await readJson(request);
    this.runs.push(asked);
    const parsed = runRequest.safeParse(asked);
    if (!parsed.success) {
      answer(response, 400, { code: 'INVALID_REQUEST_BODY', message: 'invalid request' });
      return;
    }
    const kernel = this.kernels.get(parsed.data.context.id);
    if (!kernel) {
      answer(response, 500, {
        code: 'RUNTIME_ERROR',
        message: 'error running codes context not found',
      });
      return;
    }
    await kernel.run(parsed.data.code, response, this.#faults);
  }

  #interrupt(id: string, response: ServerResponse): undefined {
    const kernel = this.kernels.get(id);
    if (!kernel) {
      answer(response, 500, {
        code: 'RUNTIME_ERROR',
        message: 'error interruptting code context. no such session',
      });
      return;
    }
    kernel.interrupt();
    answer(response, 200, undefined);
  }

  async #deleteContext(id: string, response: ServerResponse): Promise<undefined> {
    const kernel = this.kernels.get(id);
    if (!kernel) {
      answer(response, 404, { code: 'CONTEXT_NOT_FOUND', message: `context ${id} not found` });
      return;
    }
    this.kernels.delete(id);
    await kernel[Symbol.asyncDispose]();
    answer(response, 200, undefined);
  }

  #jupyter(path: string, response: ServerResponse): undefined {
    if (path === '/api/kernelspecs') {
      const names = LANGUAGES.filter((language) => !this.#faults.missing?.includes(language));
      const kernelspecs = Object.fromEntries(
        names.map((language) => [language, { name: language, spec: { language } }]),
      );
      answer(response, 200, { default: 'python3', kernelspecs });
      return;
    }
    const kernel = this.kernels.get(path.replace('/api/sessions/', ''));
    if (!kernel) {
      answer(response, 404, { message: 'Session not found', reason: null });
      return;
    }
    answer(response, 200, {
      id: kernel.id,
      kernel: { id: 'k', execution_state: kernel.state, connections: 1 },
    });
  }

  async #command(
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<undefined> {
    if (request.method === 'DELETE') {
      this.#commands.get(query.get('id') ?? '')?.abort();
      answer(response, 200, undefined);
      return;
    }
    const { command, cwd, envs: env } = commandRequest.parse(await readJson(request));
    const id = randomUUID();
    const stop = new AbortController();
    this.#commands.set(id, stop);
    response.on('close', () => stop.abort());
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const lines = new CommandLines((event) => response.write(`${JSON.stringify(event)}\n\n`));
    lines.write({ type: 'init', text: id });
    const options = { cwd, env, timeoutMs: undefined, signal: stop.signal };
    for await (const event of this.#sandbox.commands.run(command, options)) lines.take(event);
    this.#commands.delete(id);
    response.end();
  }

  async #files(
    route: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { files } = this.#sandbox;
    const { signal } = new AbortController();
    const path = query.get('path') ?? '';
    const describe = (entry: {
      path: string;
      type: string;
      sizeBytes: number;
      modifiedAt: Date;
    }): object => ({
      ...{
        path: entry.path,
        type: entry.type,
        size: entry.sizeBytes,
        modified_at: entry.modifiedAt.toISOString(),
      },
      ...{ owner: 'root', group: 'root', mode: 644 },
    });
    switch (route) {
      case 'GET /files/info': {
        answer(response, 200, { [path]: describe(await files.stat(path, signal)) });
        return;
      }
      case 'GET /files/download': {
        const [, from = '0', to = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
        const range = { offset: Number(from), ...(to !== '' && { length: Number(to) - Number(from) + 1 }) };
        const data = await files.read(path, range, signal);
        response.writeHead(206, { 'content-type': 'application/octet-stream' });
        finish(response, data);
        return;
      }
      case 'POST /files/upload': {
        const { metadata, file } = parts(await buffer(request), request.headers['content-type'] ?? '');
        const target = z.object({ path: z.string() }).parse(JSON.parse(metadata.toString('utf8'))).path;
        await files.write(target, file, {}, signal);
        answer(response, 200, undefined);
        return;
      }
      case 'GET /directories/list': {
        const { entries } = await files.list(
          path,
          { depth: Number(query.get('depth')), maxEntries: 10_000 },
          signal,
        );
        answer(response, 200, entries.map(describe));
        return;
      }
      case 'POST /directories': {
        const folders = z.record(z.string(), z.unknown()).parse(await readJson(request));
        for (const folder of Object.keys(folders))
          if (folder !== '/') await files.makeDirectory(folder, signal);
        answer(response, 200, undefined);
        return;
      }
      case 'DELETE /files':
      case 'DELETE /directories':
        await files.remove(path, { recursive: route.endsWith('directories') }, signal);
        {
          answer(response, 200, undefined);
          return;
        }
      case 'POST /files/mv': {
        const moves = z.array(z.object({ src: z.string(), dest: z.string() })).parse(await readJson(request));
        for (const { src, dest } of moves) await files.move(src, dest, signal);
        answer(response, 200, undefined);
        return;
      }
      default:
        answer(response, 404, '404 page not found');
    }
  }
}

/** Output by lines, without their ends, as execd tells it. */
class CommandLines {
  readonly write: (event: object) => void;
  readonly #rest = { stdout: '', stderr: '' };

  constructor(write: (event: object) => void) {
    this.write = write;
  }

  take(event: CommandEvent): void {
    if (event.type === 'exit') {
      this.#end(event.exitCode);
      return;
    }
    const lines = (this.#rest[event.type] + event.chunk.toString('utf8')).split('\n');
    this.#rest[event.type] = lines.pop() ?? '';
    for (const line of lines) this.write({ type: event.type, text: line === '' ? '\n' : line });
  }

  #end(code: number | null): void {
    for (const type of ['stdout', 'stderr'] as const) {
      if (this.#rest[type] !== '') this.write({ type, text: this.#rest[type] });
    }
    const error = { ename: 'CommandExecError', evalue: String(code ?? -1), traceback: [] };
    this.write(code === 0 ? { type: 'execution_complete', execution_time: 1 } : { type: 'error', error });
  }
}

/** The two parts of an upload; both must be files. */
function parts(body: Buffer, contentType: string): { metadata: Buffer; file: Buffer } {
  const boundary = `--${/boundary=(\S+)/.exec(contentType)?.[1] ?? ''}`;
  const found = new Map<string, Buffer>();
  let at = body.indexOf(boundary);
  for (let next = body.indexOf(boundary, at + 1); next !== -1; next = body.indexOf(boundary, at + 1)) {
    const part = body.subarray(at + boundary.length + 2, next - 2);
    const end = part.indexOf('\r\n\r\n');
    const head = part.subarray(0, end).toString('latin1');
    if (!head.includes('filename=')) throw new Error('a part is no file');
    found.set(/name="(\w+)"/.exec(head)?.[1] ?? '', part.subarray(end + 4));
    at = next;
  }
  return { metadata: found.get('metadata') ?? Buffer.alloc(0), file: found.get('file') ?? Buffer.alloc(0) };
}
