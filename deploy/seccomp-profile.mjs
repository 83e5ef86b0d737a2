// Writes the seccomp profile of the container to stdout: Docker's own default, and what bubblewrap needs beyond it.
//
//   node deploy/seccomp-profile.mjs > deploy/seccomp.json                 fetches the default of the release below
//   node deploy/seccomp-profile.mjs DEFAULT.json > deploy/seccomp.json    takes it from a file
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

/** seccomp/v0.2.3 of moby/profiles, from which Docker takes its own. */
const DEFAULT_URL =
  'https://raw.githubusercontent.com/moby/profiles/836ae4d37ef2ec995c77c99fc55f5b5f3af3a897/seccomp/default.json';
const DEFAULT_SHA256 = '536529b665dd0972c37bfb569f5d4ac8a53592e7b00752bc39ff063ca9864c74';
const FETCH_DEADLINE_MS = 30_000;

const CLONE_NEWUSER = 0x10000000;
const ALLOW = 'SCMP_ACT_ALLOW';

/** Each was taken away in turn; without any of them no sandbox starts. */
const NEEDS = [
  {
    comment: 'A sandbox begins with a user namespace; only in one may an ordinary user make the others.',
    names: ['clone'],
    action: ALLOW,
    args: [{ index: 0, value: CLONE_NEWUSER, valueTwo: CLONE_NEWUSER, op: 'SCMP_CMP_MASKED_EQ' }],
    excludes: { arches: ['s390', 's390x'] }, // there the flags are another argument
  },
  {
    comment: 'A kernel gives up the right to make user namespaces in one more of them.',
    names: ['unshare'],
    action: ALLOW,
    args: [{ index: 0, value: CLONE_NEWUSER, op: 'SCMP_CMP_EQ' }],
  },
  {
    comment:
      'nsenter goes into the sandbox; bwrap builds its files and names it. The system allows these in namespaces of one’s own alone.',
    names: ['setns', 'mount', 'umount2', 'pivot_root', 'sethostname'],
    action: ALLOW,
  },
];

/**
 * @param {string} text Docker's default profile.
 * @returns {string}
 */
export function profileFrom(text) {
  const profile = JSON.parse(text);
  if (profile.defaultAction !== 'SCMP_ACT_ERRNO' || !Array.isArray(profile.syscalls))
    throw new Error('that is not a profile that forbids what it does not name');
  return `${JSON.stringify({ ...profile, syscalls: [...profile.syscalls, ...NEEDS] }, undefined, 2)}\n`;
}

/** @returns {Promise<string>} */
async function fetchDefault() {
  const response = await fetch(DEFAULT_URL, { signal: AbortSignal.timeout(FETCH_DEADLINE_MS) });
  if (!response.ok) throw new Error(`${DEFAULT_URL} was answered with ${String(response.status)}`);
  const text = await response.text();
  const found = createHash('sha256').update(text).digest('hex');
  if (found !== DEFAULT_SHA256) throw new Error(`${DEFAULT_URL} has the SHA-256 ${found}, another one`);
  return text;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [file] = process.argv.slice(2);
  process.stdout.write(profileFrom(file === undefined ? await fetchDefault() : await readFile(file, 'utf8')));
}
