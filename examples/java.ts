// Java snippets: the last expression is the result.
import { CodeInterpreter, Sandbox, SupportedLanguage } from 'sandcell';

await using sandbox = await Sandbox.create();
const { codes } = await CodeInterpreter.create(sandbox);
const context = await codes.createContext(SupportedLanguage.JAVA);

const execution = await codes.run(
  `System.out.println("Calculating sum...");
int a = 10;
int b = 20;
int sum = a + b;
System.out.println("Sum: " + sum);
sum`,
  { context },
);

console.log(execution.id); // of this run: another run has another one
for (const message of execution.logs.stdout) process.stdout.write(message.text);
console.log(execution.result[0]?.text);
