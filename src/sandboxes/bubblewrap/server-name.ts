import { pidNamespace, startTimeOf } from '../../processes/proc.ts';

/**
 * "sandcell-PIDNS-PID-START-", which the names of all begin with that a server makes on the host. Pid and start time tell
 * whether the server still lives; the pid namespace says who can judge that: to a server in another container every pid
 * of this one looks gone.
 */
export function serverPrefix(): string {
  return `sandcell-${pidNamespace()}-${String(process.pid)}-${startTimeOf(process.pid) ?? '0'}-`;
}

/** Whether the name belongs to a server of this pid namespace that is gone. */
export function isOfGoneServer(name: string): boolean {
  const [, namespace, pid, startTime] = /^sandcell-(\d+)-(\d+)-(\d+)-/.exec(name) ?? [];
  if (pid === undefined || namespace !== pidNamespace()) return false;
  return startTimeOf(Number(pid)) !== startTime;
}
