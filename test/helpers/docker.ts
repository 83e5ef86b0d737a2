import { spawnSync } from 'node:child_process';

/** Runs a command of Docker to its end. */
export function docker(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('docker', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}
