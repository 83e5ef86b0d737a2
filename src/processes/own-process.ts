import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DEFAULT_PATH } from './run-command.ts';

/**
 * Starts a module of this program in a Node process of its own, with a channel for messages: structured clones, buffers
 * too. It ends with the channel, so with the server. The caller kills it.
 */
export function startOwnProcess(module: URL): ChildProcess {
  return fork(builtModule(module), [], {
    cwd: '/',
    env: { PATH: DEFAULT_PATH },
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

/** Tests run the sources, by a loader that a process of its own does not have. */
function builtModule(module: URL): string {
  const path = fileURLToPath(module);
  return path.endsWith('.ts') ? path.replace(/\/src\/(?!.*\/src\/)/, '/dist/').replace(/\.ts$/, '.js') : path;
}
