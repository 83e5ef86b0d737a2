/** The first line of a connection. */
export function helloLine(role, token) {
  return `${JSON.stringify({ type: 'hello', role, token })}\n`;
}
