/** How people are told of a connection that the network policy refused. */
export function blockedNote({ target, advice }: { target: string; advice: string }): string {
  return `network: blocked ${target}; ${advice}`;
}
