// Without a context, a cell runs in the default context of its language, which is made on first use and then kept.
import { CodeInterpreter, Sandbox, SupportedLanguage } from 'sandcell';

await using sandbox = await Sandbox.create();
const { codes } = await CodeInterpreter.create(sandbox);

const first = await codes.run('result = 2 + 2\nresult', { language: SupportedLanguage.PYTHON });
console.log(first.result[0]?.text);

const second = await codes.run('result * 10'); // no language either: Python
console.log(second.result[0]?.text);
console.log(`the same context: ${first.contextId === second.contextId}`);
