/** Where the whole of an output is read: sandcell://executions/exec_…/stdout, …/stderr, …/displays/0. */
export function outputUri(executionId: string, part: 'stdout' | 'stderr' | `displays/${number}`): string {
  return `sandcell://executions/${executionId}/${part}`;
}
