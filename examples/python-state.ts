// Variables of one run are there for the next ones of the same context.
import { CodeInterpreter, Sandbox, SupportedLanguage } from 'sandcell';

await using sandbox = await Sandbox.create();
const { codes } = await CodeInterpreter.create(sandbox);
const context = await codes.createContext(SupportedLanguage.PYTHON);

const first = await codes.run("users = ['Alice', 'Bob', 'Charlie']\nprint(len(users))", { context });
const second = await codes.run("users.append('Dave')\nprint(users)\nresult = users\nresult", { context });

for (const { logs } of [first, second]) {
  for (const message of logs.stdout) process.stdout.write(message.text);
}
console.log(second.result[0]?.text);
