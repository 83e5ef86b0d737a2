const FORM = /^sandbox:\/\/(sb_[\da-f]{24})(\/[^?#]*)$/;

/** A file of a sandbox as a resource: sandbox://sb_…/workspace/plot.png */
export function fileUri(sandboxId: string, path: string): string {
  return `sandbox://${sandboxId}${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** Undefined where it is none of these. */
export function parseFileUri(uri: string): { sandboxId: string; path: string } | undefined {
  const [, sandboxId, path] = FORM.exec(uri) ?? [];
  if (sandboxId === undefined || path === undefined) return undefined;
  try {
    return { sandboxId, path: decodeURIComponent(path) };
  } catch {
    return undefined; // no percent-encoding
  }
}
