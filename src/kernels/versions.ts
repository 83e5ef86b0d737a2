/** "3.11" matches 3.11.7 and 3.11, but "3.1" does not: a prefix ends where a component ends. A leading "v" is ignored. */
export function matchesVersion(version: string, prefix: string): boolean {
  const wanted = prefix.trim().replace(/^v/, '');
  if (wanted === '') return true;
  return version === wanted || version.startsWith(`${wanted}.`) || version.startsWith(`${wanted}-`);
}

/** Whether a runtime of which only the first components are known ("3.11", or nothing) may turn out to match. */
export function mayMatchVersion(known: string | null, prefix: string): boolean {
  if (known === null || matchesVersion(known, prefix)) return true;
  return components(known).length < 3 && matchesVersion(prefix.trim().replace(/^v/, ''), known);
}

/**
 * Newest first, for `sort`. Pre-releases come after every release, so that nobody gets one unasked. Components that
 * are not known count as the highest: such a runtime has to be looked at before one that is certainly older.
 */
export function compareVersions(a: string | null, b: string | null): number {
  const release = Number(isPrerelease(a)) - Number(isPrerelease(b));
  if (release !== 0) return release;
  const left = components(a);
  const right = components(b);
  for (let index = 0; index < 3; index += 1) {
    const one = left[index] ?? Infinity;
    const other = right[index] ?? Infinity;
    if (one !== other) return other > one ? 1 : -1;
  }
  return 0;
}

export function isAtLeast(version: string, minimum: string): boolean {
  const wanted = components(minimum);
  for (const [index, component] of components(version).entries()) {
    const limit = wanted[index] ?? 0;
    if (component !== limit) return component > limit;
  }
  return true;
}

function components(version: string | null): number[] {
  const match = /^\d+(\.\d+){0,2}/.exec(version ?? '');
  return match === null ? [] : match[0].split('.').map(Number);
}

function isPrerelease(version: string | null): boolean {
  return version !== null && /^[\d.]+[^\d.]/.test(version);
}
