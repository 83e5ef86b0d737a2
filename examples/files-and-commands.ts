// Files and shell commands of a sandbox, beside its contexts: all of them see the same /workspace.
import { CodeInterpreter, FileNotFoundError, Sandbox } from 'sandcell';

await using sandbox = await Sandbox.create();
const { codes } = await CodeInterpreter.create(sandbox);

await sandbox.files.write('data/prices.csv', 'item,price\napple,3\npear,5\n');
const { result } = await codes.run(`import csv
rows = list(csv.DictReader(open('data/prices.csv')))
open('total.txt', 'w').write(str(sum(int(row['price']) for row in rows)))
len(rows)`);
console.log(`${result[0]?.text ?? ''} rows, total ${await sandbox.files.read('total.txt')}`);

for (const { path, type, sizeBytes } of await sandbox.files.list('/workspace', { depth: 2 })) {
  console.log(`${type} ${path}${type === 'file' ? ` (${sizeBytes} bytes)` : ''}`);
}

// A command that fails does not throw: its exit code says so.
const { stdout, exitCode } = await sandbox.commands.run('wc -l data/*.csv; grep -q plum data/*.csv', {
  env: { LC_ALL: 'C' },
  timeoutMs: 10_000,
});
console.log(`${stdout.trim()} (exit code ${exitCode ?? 'unknown'})`);

try {
  await sandbox.files.read('no-such-file');
} catch (error) {
  if (!(error instanceof FileNotFoundError)) throw error;
  console.log(error.name);
}
