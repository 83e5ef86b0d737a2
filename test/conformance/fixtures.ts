import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  type CallToolResult,
  CreateMessageResultSchema,
  ElicitResultSchema,
  type PromptMessage,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { ANSWERS, PNG, QUESTIONS } from './fixture-contents.ts';

/** The suite wants a description of everything, and does not look into it. */
const FIXTURE = { description: 'For the conformance suite' };

/** Tools, resources and prompts whose names and answers the conformance suite asks for. */
export function addFixtures(server: McpServer): void {
  addTools(server);
  addToolsThatAsk(server);
  addResources(server);
  addPrompts(server);
}

function addTools(server: McpServer): void {
  for (const [name, content] of Object.entries(ANSWERS))
    server.registerTool(name, FIXTURE, () => ({ content }));
  server.registerTool('test_error_handling', FIXTURE, () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
  server.registerTool(
    'test_tool_with_logging',
    { ...FIXTURE, inputSchema: {} },
    async (_args, { sendNotification }) => {
      for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
        await sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
      }
      return text('Tool with logging executed successfully');
    },
  );
  server.registerTool('test_tool_with_progress', { ...FIXTURE, inputSchema: {} }, async (_args, extra) => {
    const progressToken = extra._meta?.progressToken ?? 0;
    for (const progress of [0, 50, 100]) {
      const params = { progressToken, progress, total: 100 };
      await extra.sendNotification({ method: 'notifications/progress', params });
    }
    return text(String(progressToken));
  });
  server.registerTool('test_reconnection', { ...FIXTURE, inputSchema: {} }, (_args, { closeSSEStream }) => {
    closeSSEStream?.();
    return text('Reconnection test completed successfully');
  });
}

function addToolsThatAsk(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    { ...FIXTURE, inputSchema: { prompt: z.string() } },
    async ({ prompt }, { sendRequest }) => {
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }];
      const { content } = await sendRequest(
        { method: 'sampling/createMessage', params: { messages, maxTokens: 100 } },
        CreateMessageResultSchema,
      );
      return text(`LLM response: ${JSON.stringify(content)}`);
    },
  );
  for (const [name, requestedSchema] of Object.entries(QUESTIONS)) {
    const inputSchema = { message: z.string().default('What is it?') };
    server.registerTool(name, { ...FIXTURE, inputSchema }, async ({ message }, { sendRequest }) => {
      const { action, content } = await sendRequest(
        { method: 'elicitation/create', params: { message, requestedSchema } },
        ElicitResultSchema,
      );
      return text(`Elicitation completed: action=${action}, content=${JSON.stringify(content ?? {})}`);
    });
  }
}

function addResources(server: McpServer): void {
  const contents = {
    'test://static-text': {
      mimeType: 'text/plain',
      text: 'This is the content of the static text resource.',
    },
    'test://static-binary': { mimeType: 'image/png', blob: PNG },
    'test://watched-resource': { mimeType: 'text/plain', text: 'Nothing has changed.' },
  };
  for (const [uri, content] of Object.entries(contents)) {
    server.registerResource(uri.slice('test://'.length), uri, { mimeType: content.mimeType }, () => ({
      contents: [{ uri, ...content }],
    }));
  }
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });
  server.registerResource('template', template, { mimeType: 'application/json' }, ({ href }, { id }) => ({
    contents: [
      {
        uri: href,
        mimeType: 'application/json',
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
      },
    ],
  }));
}

function addPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', FIXTURE, () =>
    prompt({ type: 'text', text: 'This is a simple prompt for testing.' }),
  );
  server.registerPrompt(
    'test_prompt_with_arguments',
    { ...FIXTURE, argsSchema: { arg1: z.string(), arg2: z.string() } },
    ({ arg1, arg2 }) =>
      prompt({ type: 'text', text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` }),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { ...FIXTURE, argsSchema: { resourceUri: z.string() } },
    ({ resourceUri: uri }) =>
      prompt(
        { type: 'resource', resource: { uri, mimeType: 'text/plain', text: 'Embedded resource content.' } },
        { type: 'text', text: 'Please process the embedded resource above.' },
      ),
  );
  server.registerPrompt('test_prompt_with_image', FIXTURE, () =>
    prompt(
      { type: 'image', data: PNG, mimeType: 'image/png' },
      { type: 'text', text: 'Please analyze the image above.' },
    ),
  );
}

function text(value: string): CallToolResult {
  return { content: [{ type: 'text', text: value }] };
}

function prompt(...contents: PromptMessage['content'][]): { messages: PromptMessage[] } {
  return { messages: contents.map((content) => ({ role: 'user', content })) };
}
