import { z } from 'zod';

// What a deployment answers. Fields that are not known are ignored: releases add some.

export const sandboxInfo = z.object({
  id: z.string().min(1).max(256),
  status: z.object({ state: z.string(), reason: z.string().nullish(), message: z.string().nullish() }),
  metadata: z.record(z.string(), z.string()).nullish(),
  expiresAt: z.iso.datetime({ offset: true }).nullish(),
});

export type SandboxInfo = z.output<typeof sandboxInfo>;

export const sandboxPage = z.object({
  items: z.array(sandboxInfo),
  pagination: z.object({ hasNextPage: z.boolean() }).nullish(),
});

/** Without a scheme; it may carry a path, and headers that every request must bring. */
export const endpointInfo = z.object({
  endpoint: z.string().min(1).max(2048),
  headers: z.record(z.string(), z.string()).nullish(),
});

export const contextInfo = z.object({ id: z.string().min(1).max(256), language: z.string().nullish() });
export const contextList = z.array(contextInfo).nullable();

/** What the Jupyter server inside the sandbox says of the kernel behind a context. */
export const kernelSession = z.object({ kernel: z.object({ execution_state: z.string() }).nullable() });
export const kernelSpecs = z.object({
  kernelspecs: z.record(z.string(), z.object({ spec: z.object({ language: z.string() }) })),
});

export const fileInfo = z.object({
  path: z.string(),
  type: z.string().nullish(),
  size: z.number(),
  modified_at: z.iso.datetime({ offset: true }).nullish(),
});
export const fileInfos = z.record(z.string(), fileInfo);
export const fileList = z.array(fileInfo).nullable();

/** Every form in which something there says why it failed. */
export const failureBody = z.union([
  z.object({ code: z.string(), message: z.string() }),
  z.object({ error: z.string() }),
  z.object({ detail: z.union([z.string(), z.array(z.object({ msg: z.string() }))]) }),
]);

const text = z.string().default('');

/** The events of a run that mean something here; a type that is not known makes a line that is ignored. */
export const runEvent = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['init', 'ping']), text }),
  z.object({ type: z.enum(['stdout', 'stderr']), text }),
  z.object({ type: z.literal('result'), results: z.record(z.string(), z.unknown()).default({}) }),
  z.object({
    type: z.literal('error'),
    error: z.object({ ename: text, evalue: text, traceback: z.array(z.string()).nullish() }),
  }),
  z.object({ type: z.literal('execution_complete') }),
]);

export type RunEvent = z.output<typeof runEvent>;

/** Appended to a stream that has begun already: without a type, and without a line end. */
export const runFailure = z.object({ code: z.string(), message: z.string() });
