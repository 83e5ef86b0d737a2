import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type Language, LANGUAGES } from '../languages.ts';
import type { Limit, Observer, Operation, Outcome, Pool } from '../observer.ts';

/** What there is at one moment. */
export interface Census {
  readonly sessions: number;
  readonly sandboxes: { readonly inUse: number; readonly spare: number; readonly waiting: number };
  readonly contextLanguages: readonly Language[];
}

const FAST_S = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600];
const START_S = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Counts and times in the form of Prometheus. A label has few values, whatever clients do. */
export class Metrics implements Observer {
  readonly #registry = new Registry();
  readonly #registers = [this.#registry];

  readonly #sessions = new Gauge({
    ...{ name: 'sandcell_sessions', help: 'Sessions', registers: this.#registers },
  });
  readonly #sandboxes = new Gauge({
    ...{ name: 'sandcell_sandboxes', help: 'Sandboxes that live', registers: this.#registers },
    labelNames: ['state'],
  });
  readonly #waiting = new Gauge({
    name: 'sandcell_sandbox_queue_length',
    ...{ help: 'Calls that wait for a sandbox', registers: this.#registers },
  });
  readonly #contexts = new Gauge({
    ...{ name: 'sandcell_contexts', help: 'Contexts', registers: this.#registers },
    labelNames: ['language'],
  });
  readonly #executions = new Counter({
    ...{ name: 'sandcell_executions_total', help: 'Executions that have ended', registers: this.#registers },
    labelNames: ['language', 'status'],
  });
  readonly #executionTime = new Histogram({
    name: 'sandcell_execution_duration_seconds',
    help: 'Time of an execution from its turn to its end',
    ...{ labelNames: ['language'], buckets: FAST_S, registers: this.#registers },
  });
  readonly #contextTime = new Histogram({
    name: 'sandcell_context_creation_duration_seconds',
    help: 'Time to make a context in a sandbox that is there',
    ...{ labelNames: ['language', 'status'], buckets: START_S, registers: this.#registers },
  });
  readonly #toolCalls = new Counter({
    ...{ name: 'sandcell_tool_calls_total', help: 'Calls that are answered', registers: this.#registers },
    labelNames: ['tool', 'status'],
  });
  readonly #requestTime = new Histogram({
    name: 'sandcell_http_request_duration_seconds',
    help: 'Time of an HTTP request to the end of its answer; a GET of /mcp or /sse is a stream, and lasts',
    ...{ labelNames: ['method', 'route', 'status'], buckets: FAST_S, registers: this.#registers },
  });
  readonly #pools = new Counter({
    name: 'sandcell_pool_requests_total',
    help: 'What was asked for and stood ready (hit), or had to be started (miss)',
    ...{ labelNames: ['pool', 'result'], registers: this.#registers },
  });
  readonly #limits = new Counter({
    name: 'sandcell_limits_reached_total',
    help: 'Calls, requests and cells that ran into a limit',
    ...{ labelNames: ['limit'], registers: this.#registers },
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  async observe<T>(operation: Operation, work: (end: (outcome: Outcome) => void) => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    let outcome: Outcome = { status: 'INTERNAL' }; // where it does not come to saying so
    try {
      return await work((ended) => {
        outcome = ended;
      });
    } finally {
      const { status, durationMs = performance.now() - startedMs } = outcome;
      this.#count(operation, status, durationMs / 1000);
    }
  }

  limitReached(limit: Limit): void {
    this.#limits.inc({ limit });
  }

  poolAsked(pool: Pool, isHit: boolean): void {
    this.#pools.inc({ pool, result: isHit ? 'hit' : 'miss' });
  }

  async render({ sessions, sandboxes, contextLanguages }: Census): Promise<string> {
    this.#sessions.set(sessions);
    this.#sandboxes.set({ state: 'in_use' }, sandboxes.inUse);
    this.#sandboxes.set({ state: 'spare' }, sandboxes.spare);
    this.#waiting.set(sandboxes.waiting);
    for (const language of LANGUAGES)
      this.#contexts.set({ language }, contextLanguages.filter((other) => other === language).length);
    return await this.#registry.metrics();
  }

  #count(operation: Operation, status: string, seconds: number): void {
    switch (operation.type) {
      case 'execution': {
        const { language } = operation;
        this.#executions.inc({ language, status });
        this.#executionTime.observe({ language }, seconds);
        return;
      }
      case 'context_creation':
        this.#contextTime.observe({ language: operation.language, status }, seconds);
        return;
      case 'tool_call':
        this.#toolCalls.inc({ tool: operation.tool, status });
        return;
      case 'http_request': {
        const { method, route } = operation;
        this.#requestTime.observe({ method, route, status }, seconds);
      }
    }
  }
}
