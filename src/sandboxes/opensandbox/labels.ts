import { createHash, createHmac } from 'node:crypto';
import { pidNamespace, readProc, startTimeOf } from '../../processes/proc.ts';
import type { SandboxInfo } from './wire.ts';

/** Labels of the sandboxes that servers like this one have made; values are at most 63 characters of [-A-Za-z0-9_.]. */
export const LABEL = {
  /** "1" on all of them. */
  ours: 'sandcell',
  server: 'sandcell-server',
  session: 'sandcell-session',
  sandbox: 'sandcell-sandbox',
} as const;

/** A sandbox that is still listed so long after it should have expired is not removed by the deployment. */
const OVERDUE_MS = 60_000;

/**
 * "PLACE.PID.START": which server a sandbox belongs to. The place is this machine since its last boot, and the pid
 * namespace: who is in the same one can tell whether the server still lives. Undefined where a system has neither.
 */
export function serverLabel(): string | undefined {
  const place = placeLabel();
  const start = startTimeOf(process.pid);
  return place === undefined || start === undefined ? undefined : `${place}.${String(process.pid)}.${start}`;
}

/** Whether nobody uses the sandbox any more: its server has died, or it is long overdue. */
export function isOrphan({ metadata, expiresAt }: SandboxInfo): boolean {
  if (metadata?.[LABEL.ours] !== '1') return false;
  if (typeof expiresAt === 'string' && Date.parse(expiresAt) + OVERDUE_MS < Date.now()) return true;
  const [place, pid, start] = metadata[LABEL.server]?.split('.') ?? [];
  if (place === undefined || place !== placeLabel()) return false;
  return startTimeOf(Number(pid)) !== start;
}

/**
 * What execd of a sandbox asks every caller for. It can be found again from the key of the deployment, by any server that
 * has it; the key cannot be found from it.
 */
export function accessToken(apiKey: string | undefined, sandboxId: string): string {
  return createHmac('sha256', apiKey ?? '')
    .update(`execd of ${sandboxId}`)
    .digest('hex');
}

function placeLabel(): string | undefined {
  const boot = readProc('/proc/sys/kernel/random/boot_id');
  if (boot === undefined) return undefined;
  return createHash('sha256').update(`${boot.trim()} ${pidNamespace()}`).digest('hex').slice(0, 16);
}
