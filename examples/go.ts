// A whole Go program; single statements and expressions are fine, too.
import { CodeInterpreter, Sandbox, SupportedLanguage } from 'sandcell';

await using sandbox = await Sandbox.create();
const { codes } = await CodeInterpreter.create(sandbox);
const context = await codes.createContext(SupportedLanguage.GO);

const execution = await codes.run(
  `package main

import "fmt"

func main() {
	x := 10
	y := 20
	fmt.Printf("Sum: %d\\n", x+y)
}`,
  { context },
);

for (const message of execution.logs.stdout) process.stdout.write(message.text);
