import type { Attributes } from '@opentelemetry/api';
import type { Operation, Outcome } from '../observer.ts';

/** By the conventions of OpenTelemetry for HTTP and MCP. */
export function nameOf(operation: Operation): string {
  switch (operation.type) {
    case 'http_request':
      return `${operation.method} ${operation.route}`;
    case 'tool_call':
      return `tools/call ${operation.tool}`;
    case 'context_creation':
      return `create ${operation.language} context`;
    case 'execution':
      return `execute ${operation.language}`;
  }
}

export function attributesOf(operation: Operation): Attributes {
  switch (operation.type) {
    case 'http_request':
      return { 'http.request.method': operation.method, 'http.route': operation.route };
    case 'tool_call':
      return {
        'mcp.method.name': 'tools/call',
        'gen_ai.tool.name': operation.tool,
        'sandcell.session.id': operation.sessionId,
      };
    case 'context_creation':
      return placeOf(operation);
    case 'execution':
      return {
        ...placeOf(operation),
        'sandcell.context.id': operation.contextId,
        'sandcell.execution.id': operation.executionId,
      };
  }
}

/** With an `error.type` where it has failed: a request that the client sent wrongly has not. */
export function endAttributesOf(operation: Operation, { status, durationMs }: Outcome): Attributes {
  if (operation.type === 'http_request') {
    const code = Number(status);
    if (Number.isNaN(code)) return { 'error.type': status };
    return { 'http.response.status_code': code, ...(code >= 500 && { 'error.type': status }) };
  }
  return {
    'sandcell.status': status,
    ...(durationMs !== undefined && { 'sandcell.duration_ms': durationMs }),
    ...(status !== 'ok' && { 'error.type': status }),
  };
}

function placeOf(operation: Extract<Operation, { sandboxId: string }>): Attributes {
  const { language, sessionId, sandboxId } = operation;
  return {
    'sandcell.language': language,
    'sandcell.session.id': sessionId,
    'sandcell.sandbox.id': sandboxId,
  };
}
