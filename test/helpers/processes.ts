import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** A process as it was found: the start time tells it from a later one of the same number. */
export interface FoundProcess {
  pid: number;
  parent: number;
  startTime: string;
  command: string;
}

/** Everything that runs below a process, in all pid namespaces. */
export function descendantsOf(pid: number): FoundProcess[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? read(Number(name)) : []));
  const found: FoundProcess[] = [];
  for (let parents = new Set([pid]); parents.size > 0;) {
    const children = all.filter(({ parent }) => parents.has(parent));
    found.push(...children);
    parents = new Set(children.map((child) => child.pid));
  }
  return found;
}

/** Those that still run. */
export function living(processes: readonly FoundProcess[]): FoundProcess[] {
  return processes.filter(({ pid, startTime }) => read(pid).some((now) => now.startTime === startTime));
}

function read(pid: number): FoundProcess[] {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const command = readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8')
      .replaceAll('\0', ' ')
      .trim();
    // After the name, which may hold anything: state, parent, …; the 20th is the start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return []; // dead, and waiting for its parent to notice
    return [{ pid, parent: Number(fields[1]), startTime: fields[19] ?? '', command }];
  } catch {
    return []; // ended meanwhile
  }
}

/** The folders on this host of the server with this pid. */
export function foldersOf(pid: number): string[] {
  const parent = process.env['XDG_RUNTIME_DIR'] ?? tmpdir();
  return [...new Set([parent, '/tmp'])].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => new RegExp(`^sandcell-\\d+-${String(pid)}-`).test(name))
      .map((name) => `${folder}/${name}`),
  );
}

/** The control groups of the server with this pid. */
export function cgroupsOf(pid: number): string[] {
  const mine = new RegExp(`/sandcell-\\d+-${String(pid)}-\\d+-[^/]*$`);
  return foldersBelow('/sys/fs/cgroup').filter((path) => mine.test(path));
}

/** Other servers' groups come and go meanwhile; where there are no control groups, there is nothing to find. */
function foldersBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${folder}/${name}`)
      .flatMap((path) => [path, ...foldersBelow(path)]);
  } catch {
    return [];
  }
}
