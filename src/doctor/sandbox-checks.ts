import type { Settings } from '../config.ts';
import { SandboxError } from '../errors.ts';
import { findContainer } from '../sandboxes/bubblewrap/container.ts';
import type { LimitsProbe } from '../sandboxes/bubblewrap/limits.ts';
import { findObstacle, messageOf } from '../sandboxes/bubblewrap/probe.ts';
import { failure, type Finding, ok, warning } from './report.ts';
import type { Inside, Trial } from './trial.ts';

export function checkSandbox({ language, version, startMs, firstResultMs }: Trial): Finding {
  return ok(`started in ${startMs} ms; first result of ${language} ${version} ${firstResultMs} ms later`);
}

/** The trial's failure, in the words that a first call of the server has for it. */
export function explainTrial(error: unknown): Finding & { fix: string } {
  const said = messageOf(error);
  const detail = said.split('\n').slice(0, 4).join('\n').slice(0, 600);
  const known = findObstacle(said)?.fix;
  if (known !== undefined) return { status: 'failure', detail, fix: known };
  if (error instanceof SandboxError && error.code === 'RUNTIME_NOT_FOUND') {
    return { status: 'failure', detail, fix: 'Install one of the runtimes below.' };
  }
  const fix =
    'Mend the other failures first; if there are none, report this with the output of sandcell doctor --json.';
  return { status: 'failure', detail, fix };
}

export function checkCorePattern({ corePatternWritable }: Inside): Finding {
  if (!corePatternWritable) return ok('cannot be written from the sandbox');
  return failure(
    '/proc/sys/kernel/core_pattern can be written from the sandbox: code in it could run programs as root on the host',
    'Run the server as an ordinary user. In a container, add --user 1000, or leave out systempaths=unconfined.',
  );
}

export function checkSeccomp({ seccomp, capabilities }: Inside): Finding {
  const isFiltered = seccomp === 2;
  const isPowerless = /^0+$/.test(capabilities);
  if (isFiltered && isPowerless) return ok(`filter for ${process.arch} in force, no capabilities`);
  const what = isFiltered ? `code has the capabilities ${capabilities}` : 'system calls are not filtered';
  return failure(
    what,
    'Use a kernel that is built with CONFIG_SECCOMP_FILTER, and bubblewrap from the distribution.',
  );
}

export function checkNetwork({ interfaces, reachesProxy }: Inside, { network }: Settings): Finding {
  const others = interfaces.filter((name) => name !== 'lo');
  if (others.length > 0) {
    return failure(
      `${network}, but the sandbox sees ${others.join(', ')}`,
      'Use a kernel that is built with CONFIG_NET_NS.',
    );
  }
  if (network === 'none') return ok('none: the sandbox has its loopback and nothing else');
  if (reachesProxy) return ok(`${network}: by the proxy of the server and nothing else, which answers`);
  return failure(
    `${network}, but the proxy of the server does not answer in the sandbox`,
    'Start the server with --network none to go without; report this with the output of sandcell doctor --json.',
  );
}

export function checkLimits(probe: LimitsProbe, settings: Settings): Finding {
  const { memoryMiB, processes, cpuPercent } = settings;
  const inForce = [
    `memory ${memoryMiB} MiB`,
    `${processes} processes${probe.processes ? '' : ' for each context'}`,
    ...(probe.cpu ? [`${cpuPercent} % of a core`] : []),
  ];
  const detail = `${probe.detail}\n${inForce.join(', ')}`;
  if (probe.memory && probe.processes && probe.cpu) return ok(detail);
  const fix =
    findContainer() === undefined
      ? 'Let systemd give the server control groups of its own: start it as systemd-run --user --pipe --wait --quiet -p Delegate=yes node dist/cli.js'
      : "A container's control groups are read-only: limit the container itself, with --memory, --cpus and --pids-limit.";
  return warning(detail, fix);
}

export function checkPreload({ preload }: Settings, trial: Trial | undefined): Finding {
  if (preload.length === 0) return ok('none asked for');
  const failed = trial?.failedPreloads;
  if (!failed)
    return warning(`${preload.join(', ')}: not tried, as no Python cell ran`, 'Mend the sandbox first.');
  if (failed.length === 0) return ok(`${preload.join(', ')} in Python ${trial.version}`);
  const [major = '3', minor = ''] = trial.version.split('.');
  const names = failed.map((line) => line.split(/[.:]/)[0]).join(' ');
  return warning(
    failed.join('\n'),
    `Install them beside Python's own modules, as a sandbox does not see your home: python${major}.${minor} -m pip install ${names} (for the distribution's Python, its packages python3-…). Or take them out of the setting preload.`,
  );
}
