// TypeScript: types are removed, not checked.
import { CodeInterpreter, Sandbox, SupportedLanguage } from 'sandcell';

await using sandbox = await Sandbox.create();
const { codes } = await CodeInterpreter.create(sandbox);
const context = await codes.createContext(SupportedLanguage.TYPESCRIPT);

const execution = await codes.run(
  `const greeting: string = "Hello from TypeScript!";
console.log(greeting);
const sum = (a: number, b: number): number => a + b;
console.log(\`Sum: \${sum(10, 20)}\`);`,
  { context },
);

for (const message of execution.logs.stdout) process.stdout.write(message.text);
