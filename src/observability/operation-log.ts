import type { Logger } from '../logger.ts';
import type { Observer, Operation, Outcome } from '../observer.ts';

/** Writes a line at level debug for each call, context and execution that has ended, with the ids of what it was in. */
export function logOperations(logger: Logger, inner: Observer): Observer {
  return {
    observe: (operation, work) =>
      inner.observe(operation, (end) =>
        work((outcome) => {
          log(logger, operation, outcome);
          end(outcome);
        }),
      ),
    limitReached: (limit) => {
      logger.debug('a limit was reached', { limit });
      inner.limitReached(limit);
    },
    poolAsked: (pool, isHit) => {
      inner.poolAsked(pool, isHit);
    },
  };
}

function log(logger: Logger, operation: Operation, { status, durationMs }: Outcome): void {
  switch (operation.type) {
    case 'tool_call': {
      const { tool, sessionId: session } = operation;
      logger.debug('a call has ended', { tool, session, status });
      return;
    }
    case 'context_creation': {
      const { language, sessionId: session, sandboxId: sandbox } = operation;
      logger.debug('a context was made', { language, session, sandbox, status });
      return;
    }
    case 'execution': {
      const { language, sessionId: session, sandboxId: sandbox } = operation;
      const { contextId: context, executionId: execution } = operation;
      const ids = { session, sandbox, context, execution };
      logger.debug('an execution has ended', { language, ...ids, status, durationMs });
      return;
    }
    case 'http_request': {
      const { method, route } = operation;
      logger.debug('a request has ended', { method, route, status });
    }
  }
}
