import { existsSync, readFileSync } from 'node:fs';

/** What kind of container this process runs in, by the marks that engines leave; undefined where there is none. */
export function findContainer(): string | undefined {
  if (existsSync('/run/.containerenv')) return 'Podman';
  if (process.env['KUBERNETES_SERVICE_HOST'] !== undefined) return 'Kubernetes';
  if (existsSync('/.dockerenv')) return 'Docker';
  const groups = read('/proc/1/cgroup');
  if (groups.includes('kubepods')) return 'Kubernetes';
  if (/docker|containerd|libpod|lxc/.test(groups)) return 'a container engine';
  return read('/run/systemd/container').trim() || process.env['container'];
}

/** What a container must be given for sandboxes inside it, and no more than that. */
export const CONTAINER_FIX =
  'Start the container with: --user 1000 --cap-drop ALL --security-opt no-new-privileges --security-opt seccomp=PROFILE ' +
  '--security-opt systempaths=unconfined, and on a host with AppArmor --security-opt apparmor=unconfined. PROFILE is ' +
  "the engine's default profile with clone, unshare, setns, mount, umount2, pivot_root and sethostname allowed " +
  '(seccomp=unconfined works too, and gives more away).';

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
