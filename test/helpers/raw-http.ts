import { connect, type Socket } from 'node:net';

/** A connection to a server that may cut it. */
export function rawSocket(url: string): Socket {
  return connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
}

/** Writes text, and resolves with all that comes until the connection is closed or cut. */
export async function sendRaw(url: string, text: string): Promise<string> {
  const socket = rawSocket(url);
  socket.write(text, 'latin1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}
