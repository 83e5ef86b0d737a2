// Whoever creates a sandbox ends it: by `await using`, or with `kill`.
import { CodeInterpreter, Sandbox, SandboxNotFoundError } from 'sandcell';

{
  await using sandbox = await Sandbox.create();
  const { codes } = await CodeInterpreter.create(sandbox);
  console.log((await codes.run("'used'")).result[0]?.text);
} // here it ends, whatever happens above

const sandbox = await Sandbox.create({ lifetimeMs: 10 * 60_000 }); // and at the latest after ten minutes
try {
  const { codes } = await CodeInterpreter.create(sandbox);
  console.log((await codes.run("'used again'")).result[0]?.text);
} finally {
  await sandbox.kill();
}

try {
  await sandbox.commands.run('ls');
} catch (error) {
  if (!(error instanceof SandboxNotFoundError)) throw error;
  console.log('ended');
}
