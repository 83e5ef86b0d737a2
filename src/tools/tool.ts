import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  type CallToolRequest,
  CallToolRequestSchema,
  type CallToolResult,
  ListToolsRequestSchema,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { codeOf, type ErrorCode, SandboxError } from '../errors.ts';
import type { Content } from '../executions/render.ts';
import { isId } from '../ids.ts';
import type { LogFields, Logger } from '../logger.ts';
import type { Outcome } from '../observer.ts';
import { DeadlineError } from '../processes/deadline.ts';
import type { Session } from '../sessions/session.ts';
import { argumentError } from './argument-error.ts';

/** What a call brings beside its arguments. */
export interface ToolCall {
  /** Aborted when the client cancels the call or goes away. */
  signal: AbortSignal;
  /** Sends text to a client that asked for progress; undefined where it did not. */
  progress: ((message: string) => void) | undefined;
}

/** A file that is neither text nor image. */
interface EmbeddedFile {
  type: 'resource';
  resource: { uri: string; mimeType: string; blob: string };
}

export type ToolContent = Content | EmbeddedFile;

export interface ToolResult<Output> {
  /** For programs: fits the output schema. */
  structured: Output;
  /** For the model: the same facts as text, and what is no text. */
  content: readonly ToolContent[];
  isError?: boolean;
}

interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodObject> {
  name: string;
  title: string;
  description: string;
  input: Input;
  output: Output;
  annotations: {
    readOnlyHint: boolean;
    destructiveHint: boolean;
    idempotentHint: boolean;
    openWorldHint: boolean;
  };
  handle: (session: Session, input: z.output<Input>, call: ToolCall) => Promise<ToolResult<z.output<Output>>>;
}

/** A tool as clients see it, its types closed over. */
export interface Tool extends Omit<ToolDefinition<z.ZodObject, z.ZodObject>, 'handle'> {
  /** Throws SandboxError for bad arguments and for everything that kept the call from being carried out. */
  call(session: Session, input: unknown, call: ToolCall): Promise<ToolResult<Record<string, unknown>>>;
}

export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  definition: ToolDefinition<Input, Output>,
): Tool {
  const { handle, ...rest } = definition;
  return {
    ...rest,
    call: async (session, input, call) => {
      const parsed = definition.input.safeParse(input);
      if (!parsed.success) throw argumentError(definition, input, parsed.error);
      return await handle(session, parsed.data, call);
    },
  };
}

interface ServedBeside {
  logger: Logger;
  /** Called after each call of a tool that may have changed something. */
  afterChange: () => void;
}

/** Serves `tools` to the client of one session. The only try/catch of the tools stands here. */
export function serveTools(
  server: Server,
  tools: readonly Tool[],
  session: Session,
  { logger, afterChange }: ServedBeside,
): void {
  const listed = tools.map(({ name, title, description, input, output, annotations }) => ({
    ...{ name, title, description, annotations: { title, ...annotations } },
    inputSchema: jsonSchema(input, 'input'),
    outputSchema: jsonSchema(output, 'output'),
  }));
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listed }));

  const { observer } = session;
  const carryOut = async ({ params }: CallToolRequest, extra: Extra, end: End): Promise<CallToolResult> => {
    using _lease = session.lease();
    try {
      const tool = tools.find(({ name }) => name === params.name) ?? missingTool(params.name, tools);
      const signal = AbortSignal.any([extra.signal, session.interrupted]);
      const call = { signal, progress: progressOf(extra) };
      const { content, structured, isError } = await tool.call(session, params.arguments ?? {}, call);
      end({ status: isError ? 'error' : 'ok' });
      return { content: [...content], structuredContent: structured, ...(isError && { isError }) };
    } catch (error) {
      end({ status: extra.signal.aborted ? 'cancelled' : codeOf(error) });
      if (extra.signal.aborted) return CANCELLED;
      if (error instanceof SandboxError && error.limit) observer.limitReached(error.limit);
      return renderFailure(
        error,
        logger.child({ session: session.id, ...idsIn(params.arguments) }),
        params.name,
      );
    }
  };
  server.setRequestHandler(CallToolRequestSchema, async (request, extra) => {
    const tool = tools.find(({ name }) => name === request.params.name);
    const operation = { type: 'tool_call', tool: tool?.name ?? 'unknown', sessionId: session.id } as const;
    const result = await observer.observe(operation, (end) => carryOut(request, extra, end));
    if (tool?.annotations.readOnlyHint === false) afterChange();
    return result;
  });
}

type End = (outcome: Outcome) => void;

/** What a call names, for the log: only what has the form of an id, as the rest could be anything. */
function idsIn({ context_id: context, sandbox_id: sandbox }: Record<string, unknown> = {}): LogFields {
  return { ...(isId(context) && { context }), ...(isId(sandbox) && { sandbox }) };
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** Nobody reads it: the client has cancelled the call, or is gone. */
const CANCELLED: CallToolResult = {
  isError: true,
  content: [{ type: 'text', text: 'The call was cancelled.' }],
};

function progressOf(extra: Extra): ToolCall['progress'] {
  const progressToken = extra._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let progress = 0;
  return (message) => {
    progress += 1;
    // A client that is gone cannot be told; its call ends by its signal.
    extra
      .sendNotification({ method: 'notifications/progress', params: { progressToken, progress, message } })
      .catch(() => undefined);
  };
}

function missingTool(name: string, tools: readonly Tool[]): never {
  throw new SandboxError('INVALID_ARGUMENT', `There is no tool ${name.slice(0, 100)}`, {
    hint: `Tools: ${tools.map((tool) => tool.name).join(', ')}.`,
  });
}

/** What the person who runs this server may have to mend. Other failures are the caller's, who is told. */
const LOGGED: readonly ErrorCode[] = ['INTERNAL', 'ISOLATION_UNAVAILABLE'];

/** A failure around the cell stands in `content` alone: clients check `structuredContent` against the output schema. */
function renderFailure(error: unknown, logger: Logger, tool: string): CallToolResult {
  const known = error instanceof DeadlineError ? tooSlow(error) : error;
  if (!(known instanceof SandboxError)) {
    logger.error('a tool failed unexpectedly', { error, tool });
    return failure(UNEXPECTED);
  }
  if (LOGGED.includes(known.code)) logger.warn('a call could not be carried out', { error: known, tool });
  return failure(known);
}

function failure({ code, message, hint }: Pick<SandboxError, 'code' | 'message' | 'hint'>): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: `${code}: ${message}\nhint: ${hint}` }] };
}

function tooSlow(error: DeadlineError): SandboxError {
  return new SandboxError('INTERNAL', error.message, {
    hint: 'The machine may be overloaded: try again, or kill a sandbox you no longer need.',
    cause: error,
  });
}

const UNEXPECTED = {
  code: 'INTERNAL',
  message: 'Internal error; the server has logged it',
  hint: 'Try again; if it stays, create a new context, and tell the person who runs this server.',
} as const;

function jsonSchema(schema: z.ZodObject, io: 'input' | 'output'): { type: 'object'; [key: string]: unknown } {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { target: 'draft-7', io });
  return { ...json, type: 'object' };
}
