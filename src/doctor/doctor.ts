import type { Settings } from '../config.ts';
import { findRuntimes, type Runtime, type RuntimeKind } from '../kernels/runtimes.ts';
import { deadline } from '../processes/deadline.ts';
import { type LimitsProbe, probeLimits } from '../sandboxes/bubblewrap/limits.ts';
import { messageOf } from '../sandboxes/bubblewrap/probe.ts';
import { VERSION } from '../version.ts';
import { checkCacheFolder, checkLeftovers, checkRuntimeFolder } from './folder-checks.ts';
import {
  checkAppArmor,
  checkBubblewrap,
  checkCommands,
  checkContainer,
  checkNode,
  checkPlatform,
  checkUserNamespaces,
} from './host-checks.ts';
import { type Check, type CheckName, failure, type Finding, type Report } from './report.ts';
import { checkPreparations } from './preparation-checks.ts';
import { checkRuntimes } from './runtime-checks.ts';
import {
  checkCorePattern,
  checkLimits,
  checkNetwork,
  checkPreload,
  checkSandbox,
  checkSeccomp,
  explainTrial,
} from './sandbox-checks.ts';
import { type Trial, trySandbox } from './trial.ts';

const CHECK_DEADLINE_MS = 15_000;
/** Above the deadlines that a sandbox and a kernel have for their own start, which say more. */
const TRIAL_DEADLINE_MS = 45_000;

/**
 * Finds out what works on this machine, by starting a real sandbox; takes a second or two. Never throws: what a check
 * throws becomes its failure.
 */
export async function examine(settings: Settings): Promise<Report> {
  const first = await Promise.all([check('platform', checkPlatform), check('node', checkNode)]);
  if (process.platform !== 'linux') return toReport(first, {});

  const leftovers = await check('leftovers', checkLeftovers); // a server's start removes them, so before the trial
  const { trial, checks } = await runTrial(settings);
  const fix = checks.find(({ name }) => name === 'sandbox')?.fix ?? undefined;
  const host = await Promise.all([
    check('bubblewrap', checkBubblewrap),
    check('commands', checkCommands),
    check('user_namespaces', () => checkUserNamespaces(fix)),
    check('apparmor', () => checkAppArmor(fix)),
    check('container', () => checkContainer(fix)),
  ]);
  let limits: LimitsProbe | undefined;
  const limitsCheck = await check('limits', async () =>
    checkLimits((limits = await probeLimits()), settings),
  );
  const runtimes: Runtime[] = [];
  const rest = await Promise.all([
    ...RUNTIME_KINDS.map((kind) =>
      check(`runtime_${kind}`, async (signal) => {
        const found = await findRuntimes(kind, { signal });
        runtimes.push(...found);
        return checkRuntimes(kind, found, settings);
      }),
    ),
    check('preparations', (signal) => checkPreparations(settings, signal)),
    check('preload', () => checkPreload(settings, trial)),
    check('cache_folder', checkCacheFolder),
    check('runtime_folder', checkRuntimeFolder),
  ]);
  const all = [...first, ...host, ...checks, limitsCheck, ...rest, leftovers];
  return toReport(all, { trial, limits, runtimes });
}

const RUNTIME_KINDS = ['python', 'node', 'java', 'go', 'bash'] as const satisfies readonly RuntimeKind[];

/** The real sandbox, and the checks that what code saw inside it answers. */
async function runTrial(settings: Settings): Promise<{ trial: Trial | undefined; checks: Check[] }> {
  const stop = new AbortController();
  try {
    const what = 'a sandbox and its first cell were not done';
    const trial = await deadline(trySandbox(settings, stop.signal), TRIAL_DEADLINE_MS, stop.signal, what);
    const { inside } = trial;
    const checks = await Promise.all([
      check('sandbox', () => checkSandbox(trial)),
      check('core_pattern', () => checkCorePattern(inside)),
      check('seccomp', () => checkSeccomp(inside)),
      check('network', () => checkNetwork(inside, settings)),
    ]);
    return { trial, checks };
  } catch (error) {
    stop.abort(new Error('the examination is over'));
    return { trial: undefined, checks: [{ name: 'sandbox', ...explainTrial(error) }] };
  }
}

async function check(
  name: CheckName,
  find: (signal: AbortSignal) => Finding | Promise<Finding>,
): Promise<Check> {
  const stop = new AbortController();
  try {
    const finding = Promise.resolve(find(stop.signal));
    return { name, ...(await deadline(finding, CHECK_DEADLINE_MS, stop.signal, 'there was no answer')) };
  } catch (error) {
    stop.abort(new Error('the examination is over'));
    return { name, ...failure(messageOf(error), 'Report this with the output of sandcell doctor --json.') };
  }
}

interface Facts {
  trial?: Trial | undefined;
  limits?: LimitsProbe | undefined;
  runtimes?: readonly Runtime[];
}

function toReport(checks: Check[], { trial, limits, runtimes = [] }: Facts): Report {
  const order = (kind: RuntimeKind): number => RUNTIME_KINDS.indexOf(kind);
  return {
    version: VERSION,
    ok: checks.every(({ status }) => status !== 'failure'),
    checks,
    sandbox: trial
      ? {
          language: trial.language,
          version: trial.version,
          start_ms: trial.startMs,
          first_result_ms: trial.firstResultMs,
        }
      : null,
    limits: limits
      ? { mode: limits.mode, memory: limits.memory, processes: limits.processes, cpu: limits.cpu }
      : null,
    runtimes: [...runtimes]
      .sort((a, b) => order(a.kind) - order(b.kind))
      .map(({ kind, version, executable }) => ({ kind, version, path: executable })),
  };
}
