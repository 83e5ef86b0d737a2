// Runs one Python cell in a sandbox and prints what came of it.
import { CodeInterpreter, Sandbox, SupportedLanguage } from 'sandcell';

await using sandbox = await Sandbox.create();
const interpreter = await CodeInterpreter.create(sandbox);

const context = await interpreter.codes.createContext(SupportedLanguage.PYTHON);
const execution = await interpreter.codes.run('import sys\nprint(sys.version)\nresult = 2 + 2\nresult', {
  context,
});

for (const message of execution.logs.stdout) process.stdout.write(message.text);
console.log(execution.result[0]?.text);
