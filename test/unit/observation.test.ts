import { expect, test } from 'vitest';
import { loadConfig, type Settings } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { startObservation } from '../../src/observability/observation.ts';
import { UNOBSERVED } from '../../src/observer.ts';

function settingsOf(...args: string[]): Settings {
  const config = loadConfig(args, {});
  if (config.command !== 'serve') throw new Error('no settings');
  return config.settings;
}

const logger = createLogger('silent');
const COLLECTOR = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };

test.each([
  ['over stdio', [], {}],
  ['over stdio, where nobody could ask for metrics', ['--metrics', 'on'], {}],
  ['over HTTP', ['--http'], {}],
  ['where OpenTelemetry is turned off', [], { ...COLLECTOR, OTEL_SDK_DISABLED: 'TRUE' }],
  ['where traces go elsewhere', [], { ...COLLECTOR, OTEL_TRACES_EXPORTER: 'console' }],
])('nobody watches %s', async (_where, args, env) => {
  await using observation = await startObservation(settingsOf(...args), env, logger);

  expect(observation.observer).toBe(UNOBSERVED);
  expect(observation.metrics).toBeUndefined();
});

test('what is observed goes through metrics, log and traces, with its value and its failure', async () => {
  const settings = settingsOf('--http', '--metrics', 'on', '--log-level', 'debug');
  await using observation = await startObservation(settings, COLLECTOR, logger);
  const { observer, metrics } = observation;
  const call = { type: 'tool_call', tool: 'run_code', sessionId: 'session_0' } as const;

  const value = await observer.observe(call, async (end) => {
    end({ status: 'ok' });
    return await Promise.resolve(7);
  });
  const failure = observer.observe(call, () => Promise.reject(new Error('a bug')));
  await expect(failure).rejects.toThrow('a bug');

  expect(value).toBe(7);
  const census = { sessions: 3, sandboxes: { inUse: 2, spare: 1, waiting: 5 }, contextLanguages: [] };
  const text = await metrics?.render(census);
  expect(text).toContain('sandcell_tool_calls_total{tool="run_code",status="ok"} 1');
  expect(text).toContain('sandcell_tool_calls_total{tool="run_code",status="INTERNAL"} 1');
  expect(text).toContain('sandcell_sandbox_queue_length 5');
});
