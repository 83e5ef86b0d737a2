import { z } from 'zod';
import { SandboxError } from '../errors.ts';
import { collect, type ExecutionResult } from '../executions/collect.ts';
import { OUT_OF_MEMORY } from '../executions/execution.ts';
import { displaysOf, executionOutput, namesUris, renderExecution } from '../executions/render.ts';
import { type Language, LANGUAGES } from '../languages.ts';
import type { Limit } from '../observer.ts';
import type { RunRequest, Session } from '../sessions/session.ts';
import { ProgressReport } from './progress-report.ts';
import { defineTool } from './tool.ts';

const MAX_CODE_BYTES = 1_000_000;
const MIB = 1024 * 1024;

export const runCode = defineTool({
  name: 'run_code',
  title: 'Run code',
  description:
    'Run one cell in a context; variables, imports and definitions stay for the next cell. Give context_id, or only ' +
    'language to use the default context of that language. Returns the value of the last expression as result, stdout, ' +
    'stderr, and the error if the code raised one. There is no stdin; files belong in /workspace. ' +
    'Install packages by pip or npm in Bash, or by a line of the cell (%pip install x, %npm install x, ' +
    '%maven group:artifact:version, %go get module@version), then import them. ' +
    'The network is limited: blocked lists what was refused. For long runs raise timeout_ms.',
  input: z.strictObject({
    code: z
      .string()
      .superRefine((code, check) => {
        const bytes = Buffer.byteLength(code);
        if (bytes > MAX_CODE_BYTES) {
          check.addIssue(
            `is ${String(bytes)} bytes long; at most ${String(MAX_CODE_BYTES)} are taken. Write data to a file instead`,
          );
        }
      })
      .describe('Source of the cell, at most 1 MB'),
    context_id: z.string().optional().describe('Id from create_context'),
    language: z
      .enum(LANGUAGES)
      .optional()
      .describe('Instead of context_id: the default context of this language'),
    timeout_ms: z
      .int()
      .min(1)
      .optional()
      .describe('Time limit in milliseconds. Default 45000, unless configured otherwise'),
  }),
  output: executionOutput,
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },

  async handle(session, input, { signal, progress }) {
    const run = await session.run(toRequest(session, input), signal);
    const { settings } = session;
    const limits = { headBytes: settings.keepOutputMiB * MIB, tailBytes: settings.keepOutputTailMiB * MIB };
    using report = new ProgressReport(progress);
    const { executionId, sandboxId, context } = run;
    const names = { executionId, sandboxId, contextId: context.id, language: context.language };
    const operation = { type: 'execution', ...names, sessionId: session.id } as const;
    const result = await session.observer.observe(operation, async (end) => {
      const collected = await collect(run.events, limits, (chunk) => {
        report.output(chunk);
      });
      end(collected);
      return collected;
    });
    const limit = limitOf(result);
    if (limit) session.observer.limitReached(limit);
    const answer = renderExecution(result, names, settings);
    if (namesUris(answer.structured)) {
      const { stdout, stderr } = result;
      session.outputs.add(executionId, { stdout, stderr, displays: displaysOf(result) });
    }
    return answer;
  },
});

/** What ended the cell, where that was a limit. */
function limitOf({ status, error }: ExecutionResult): Limit | undefined {
  if (status === 'timeout') return 'timeout_ms';
  return status === 'kernel_died' && error?.name === OUT_OF_MEMORY ? 'memory_mib' : undefined;
}

function toRequest(
  { settings }: Session,
  input: {
    code: string;
    context_id?: string | undefined;
    language?: Language | undefined;
    timeout_ms?: number | undefined;
  },
): RunRequest {
  const timeoutMs = input.timeout_ms ?? settings.defaultTimeoutMs;
  if (timeoutMs > settings.maxTimeoutMs) {
    throw new SandboxError(
      'INVALID_ARGUMENT',
      `timeout_ms ${String(timeoutMs)} is over the limit of ${String(settings.maxTimeoutMs)}`,
      {
        hint: `Use at most ${String(settings.maxTimeoutMs)} (setting max_timeout_ms).`,
      },
    );
  }
  const { code, context_id: contextId, language } = input;
  if (contextId !== undefined && language === undefined) return { code, target: { contextId }, timeoutMs };
  if (language !== undefined && contextId === undefined) return { code, target: { language }, timeoutMs };
  throw new SandboxError(
    'INVALID_ARGUMENT',
    'run_code takes either context_id or language, and exactly one of them',
    {
      hint: `Pass the context_id that create_context returned, or one language of ${LANGUAGES.join(', ')}.`,
    },
  );
}
