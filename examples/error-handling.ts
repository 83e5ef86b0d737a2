// A cell that fails sets `execution.error`: nothing is thrown. What is thrown is a failure around the cell.
import { CodeInterpreter, Sandbox, SandboxError, SupportedLanguage } from 'sandcell';

await using sandbox = await Sandbox.create();
const { codes } = await CodeInterpreter.create(sandbox);

const { error } = await codes.run('print(undefined_variable)', { language: SupportedLanguage.PYTHON });
if (error) {
  console.log(`${error.name}: ${error.message} (line ${error.line ?? '?'})`);
  console.log(error.traceback);
}

// The process of a context may die, too: the next run starts a fresh one and says what is lost.
const death = await codes.run('import os\nos._exit(3)');
console.log(`${death.error?.name ?? ''}, state ${death.state}`);
const next = await codes.run('1 + 1');
console.log(next.notes.join('\n'));

try {
  await codes.createContext(SupportedLanguage.PYTHON, { version: '2.7' });
} catch (failure) {
  if (!(failure instanceof SandboxError)) throw failure;
  console.log(`${failure.name} (${failure.code})`); // its message and its hint say more
}
