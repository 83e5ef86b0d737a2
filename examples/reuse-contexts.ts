// One context for code that belongs together. A new context for each run would know nothing of the ones before.
import { CodeInterpreter, Sandbox, SupportedLanguage } from 'sandcell';

await using sandbox = await Sandbox.create();
const { codes } = await CodeInterpreter.create(sandbox);
const context = await codes.createContext(SupportedLanguage.PYTHON);

const { error } = await codes.run('import numpy as np', { context });
if (error) {
  // What is installed beside the Python of this machine can be imported; package-install.ts shows how to add more.
  console.log(`${error.name}: the standard library will do`);
  await codes.run('from statistics import mean\narr = [1, 2, 3]', { context });
  const { logs } = await codes.run('print(mean(arr))', { context });
  process.stdout.write(logs.stdout[0]?.text ?? '');
} else {
  await codes.run('arr = np.array([1, 2, 3])', { context });
  const { logs } = await codes.run('print(arr.mean())', { context });
  process.stdout.write(logs.stdout[0]?.text ?? '');
}

await codes.deleteContext(context.id); // or leave it to the end of the sandbox
