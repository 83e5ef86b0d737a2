const steps = new Set<() => void>();

/**
 * Carries out `step` when the process ends by itself or by `process.exit`; a signal that kills it leaves no time.
 * Nothing can be waited for then. Disposing what comes back takes it off.
 */
export function atExit(step: () => void): Disposable {
  if (steps.size === 0) process.on('exit', runSteps); // one listener for all: Node warns of many
  steps.add(step);
  return {
    [Symbol.dispose]: () => {
      steps.delete(step);
      if (steps.size === 0) process.off('exit', runSteps);
    },
  };
}

function runSteps(): void {
  for (const step of steps) step();
}
