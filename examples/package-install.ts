// Installs a Python package from the registry that pip of this machine is configured with, and uses it.
import { CodeInterpreter, Sandbox, SupportedLanguage } from 'sandcell';

await using sandbox = await Sandbox.create(); // `network: 'packages'` is the default
const { codes } = await CodeInterpreter.create(sandbox);
const context = await codes.createContext(SupportedLanguage.PYTHON);

// `check=True`: a failed installation is an error of the cell.
const install = await codes.run(
  "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'pip', 'install', '--quiet', 'requests'], check=True)\nNone",
  { context, timeoutMs: 5 * 60_000 },
);
if (install.error) {
  for (const message of install.logs.stderr) process.stderr.write(message.text);
  throw new Error(`${install.error.name}: ${install.error.message}`);
}

const execution = await codes.run("import requests\nprint(f'requests {requests.__version__}')", { context });
for (const message of execution.logs.stdout) process.stdout.write(message.text);
if (execution.error) console.log(execution.error.traceback);
