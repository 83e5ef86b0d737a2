import type { Language } from './languages.ts';

/** What takes time: it is counted, timed and traced. Never code or output, and no names but ids. */
export type Operation =
  | {
      type: 'http_request';
      /** Of few values each, whatever the client sends. */
      method: string;
      route: string;
      /** The trace that the client is in, as its headers say. */
      trace: { traceparent?: string | undefined; tracestate?: string | undefined };
    }
  | { type: 'tool_call'; tool: string; sessionId: string }
  | { type: 'context_creation'; language: Language; sessionId: string; sandboxId: string }
  | {
      type: 'execution';
      language: Language;
      sessionId: string;
      sandboxId: string;
      contextId: string;
      executionId: string;
    };

export interface Outcome {
  /** "ok", another status of an execution, "cancelled", a code of an error, or the status of HTTP: of few values. */
  readonly status: string;
  /** Where not all of the time counts: that of a cell begins with its turn. */
  readonly durationMs?: number;
}

/** Limits that something ran into; most are settings. */
export type Limit =
  | 'max_sandboxes'
  | 'max_sandboxes_per_session'
  | 'max_sandboxes_per_principal'
  | 'max_contexts_per_sandbox'
  | 'max_sessions'
  | 'max_sessions_per_principal'
  | 'max_requests_per_minute'
  | 'max_open_requests'
  | 'request_timeout_ms'
  | 'timeout_ms'
  | 'memory_mib'
  | 'network_connections'
  | 'network_mib'
  /** A sandbox had no room for another kernel. */
  | 'kernels'
  | 'open_calls'
  | 'refused_tokens'
  | 'body_size'
  | 'header_size'
  | 'max_connections';

/** Who watches the server. It is handed down, and nothing below knows what becomes of what it is told. */
export interface Observer {
  /** Carries out `work`, which may say how it ended; what is observed within is part of it. */
  observe<T>(operation: Operation, work: (end: (outcome: Outcome) => void) => Promise<T>): Promise<T>;
  limitReached(limit: Limit): void;
  /** Whether what was asked for stood ready: a spare sandbox, a kernel. */
  poolAsked(pool: Pool, isHit: boolean): void;
}

export type Pool = 'sandboxes' | 'kernels';

/** Where nobody watches, as over stdio. */
export const UNOBSERVED: Observer = {
  observe: (_operation, work) => work(() => undefined),
  limitReached: () => undefined,
  poolAsked: () => undefined,
};
