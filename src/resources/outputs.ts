import type { ReadResourceResult, Resource, ResourceTemplate } from '@modelcontextprotocol/sdk/types.js';
import { SandboxError } from '../errors.ts';
import { outputUri } from '../executions/output-uri.ts';
import type { Session } from '../sessions/session.ts';
import { readDisplay } from './display-part.ts';
import { readText } from './text-part.ts';

/** Executions in a list of resources; a session may have tens of thousands of short ones. */
const MAX_LISTED = 1000;

const PATH = /^sandcell:\/\/executions\/([^/?#]+)\/(stdout|stderr|displays\/(\d+))$/;

/** What can be read of the executions whose outputs were too long or too rich for their answers. */
export function listOutputs(session: Session): Resource[] {
  return session.outputs
    .ids()
    .slice(-MAX_LISTED)
    .flatMap((id) =>
      (['stdout', 'stderr'] as const)
        .filter((name) => (session.outputs.get(id)?.[name].bytes ?? 0) > 0)
        .map((name) => ({ uri: outputUri(id, name), name: `${name} of ${id}`, mimeType: 'text/plain' })),
    );
}

export const OUTPUT_TEMPLATE: ResourceTemplate = {
  uriTemplate: 'sandcell://executions/{execution_id}/{stream}{?lines,search,offset}',
  name: 'Output of an execution',
  description:
    'stdout or stderr of an execution whose answer was cut: up to 1 MB at once, then the URI of the next part. ' +
    'lines=100-200 takes lines by number from 1, search=TEXT the lines that contain it.',
  mimeType: 'text/plain',
};

/** Throws SandboxError: `EXECUTION_NOT_FOUND`, `INVALID_ARGUMENT`. */
export function readOutput(session: Session, uri: string): ReadResourceResult {
  const [path = '', query = ''] = uri.split('?', 2);
  const [, id = '', part, index] = PATH.exec(path) ?? [];
  const output = session.outputs.get(id);
  if (part === undefined || !output) throw notFound(session, uri);
  const parameters = new URLSearchParams(query);
  if (index !== undefined) {
    const display = output.displays[Number(index)];
    if (!display) throw notFound(session, uri);
    return { contents: readDisplay(display, path, parameters).map((form) => ({ uri, ...form })) };
  }
  const text = output[part === 'stdout' ? 'stdout' : 'stderr'].read();
  return { contents: [{ uri, mimeType: 'text/plain', text: readText(text, path, parameters) }] };
}

function notFound(session: Session, uri: string): SandboxError {
  const known = session.outputs.ids();
  return new SandboxError('EXECUTION_NOT_FOUND', `Nothing can be read at ${uri.slice(0, 200)}`, {
    hint: `Stored are the outputs of executions ${known.slice(-20).join(', ') || '(none)'}; only cut or rich outputs are stored, the oldest go first`,
  });
}
