import { SandboxError } from '../../errors.ts';
import { failureBody } from './wire.ts';

/** A call to the deployment did not do what it should: it was refused (with a status), or there was no answer. */
export class RemoteFailure extends Error {
  override readonly name = 'RemoteFailure';
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  /** What a deployment calls it: "CONTEXT_NOT_FOUND". */
  readonly code: string | undefined;

  constructor(message: string, about: { status?: number; code?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause: about.cause });
    this.status = about.status;
    this.code = about.code;
  }
}

/** Characters of an answer that are shown. */
const MAX_SHOWN = 500;

/** The failure that an answer of 400 or more tells of. */
export function refused(what: string, status: number, body: string): RemoteFailure {
  const { code, message } = describe(body);
  const said = message === '' ? '' : `: ${message.slice(0, MAX_SHOWN)}`;
  return new RemoteFailure(`${what} was answered with ${String(status)}${said}`, { status, code });
}

function describe(body: string): { code: string | undefined; message: string } {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { code: undefined, message: body.trim() };
  }
  const parsed = failureBody.safeParse(json);
  if (!parsed.success) return { code: undefined, message: body.trim() };
  const { data } = parsed;
  if ('message' in data) return { code: data.code, message: data.message };
  if ('error' in data) return { code: undefined, message: data.error };
  const { detail } = data;
  return {
    code: undefined,
    message: typeof detail === 'string' ? detail : detail.map(({ msg }) => msg).join('; '),
  };
}

/** Whether the deployment says that there is no such thing (any more). */
export function isGone(error: unknown): boolean {
  return error instanceof RemoteFailure && error.status === 404;
}

/** What a caller is told where the deployment could not do its part. */
export function unavailable(error: unknown, domain: string): SandboxError {
  if (error instanceof SandboxError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new SandboxError('DRIVER_UNAVAILABLE', `The OpenSandbox deployment ${domain} failed: ${why}`, {
    hint: hintFor(error),
    cause: error,
  });
}

function hintFor(error: unknown): string {
  const { status, message } = error instanceof RemoteFailure ? error : { status: undefined, message: '' };
  if (status === 401 || status === 403)
    return 'Give the deployment its API key: --api-key-file, or SANDCELL_API_KEY.';
  if (/network ?policy|egress/i.test(message))
    return 'This deployment cannot limit the network of its sandboxes: give it an egress image, or start with --network full.';
  if (status === undefined)
    return 'Check --domain and --protocol, and that the deployment runs; then try again.';
  return 'Try again; where it goes on, the log of the deployment says more.';
}
