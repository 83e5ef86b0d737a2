import type { Settings } from '../config.ts';
import { configuredVersion } from '../kernels/configured-version.ts';
import { allDrivers } from '../kernels/drivers.ts';
import { defaultRuntime } from '../kernels/runtimes.ts';
import { createLogger } from '../logger.ts';
import { describe, Preparations, type State } from '../sandboxes/bubblewrap/preparations/preparations.ts';
import { type Finding, ok, warning } from './report.ts';

/** What of the runtimes in use is prepared, what is not yet, and what cannot be. Makes nothing. */
export async function checkPreparations(settings: Settings, signal: AbortSignal): Promise<Finding> {
  await using preparations = new Preparations(settings, createLogger('silent'));
  const lines: string[] = [];
  const states: State[] = [];
  for (const driver of allDrivers()) {
    const version = configuredVersion(driver.runtime, settings);
    const runtime = await defaultRuntime(driver.runtime, version, { signal });
    const all = runtime ? await preparations.wanted(driver, runtime) : [];
    for (const wanted of all) {
      const state = await preparations.stateOf(wanted);
      const { preparation } = wanted;
      lines.push(`${preparation.title} ${wanted.runtime.version} ${describe(state, preparation)}`);
      if (state.is === 'ready') lines.push(...featureLines(await preparations.featuresOf(wanted)));
      // What only makes it faster need not be possible everywhere.
      if (state.is !== 'impossible' || wanted === all.at(-1)) states.push(state);
    }
  }
  if (lines.length === 0) return ok('no installed language needs any');
  const detail = lines.join('\n');
  if (states.some(({ is }) => is === 'impossible'))
    return warning(detail, 'Mend what the reason names; then run: sandcell prepare');
  if (states.some(({ is }) => is === 'failed'))
    return warning(detail, 'Run: sandcell prepare, which tries again and shows each step.');
  return ok(
    states.some(({ is }) => is === 'missing')
      ? `${detail}\nmade on first use, or beforehand by: sandcell prepare`
      : detail,
  );
}

/** Those that are on in one line; each that is off with its reason. */
function featureLines(features: Readonly<Record<string, string>>): string[] {
  const entries = Object.entries(features);
  const on = entries.filter(([, value]) => value === 'on').map(([name]) => name);
  const off = entries
    .filter(([, value]) => value !== 'on')
    .map(([name, reason]) => `  off: ${name}, ${reason}`);
  return [...(on.length > 0 ? [`  on: ${on.join(', ')}`] : []), ...off];
}
