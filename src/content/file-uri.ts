/** A file of a sandbox as a resource: sandbox://sb_…/workspace/plot.png */
export function fileUri(sandboxId: string, path: string): string {
  return `sandbox://${sandboxId}${path.split('/').map(encodeURIComponent).join('/')}`;
}
