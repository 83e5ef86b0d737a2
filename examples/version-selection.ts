// Chooses the versions of the runtimes by the environment of the sandbox. Each is a version or its beginning.
import { CodeInterpreter, RuntimeNotFoundError, Sandbox, SupportedLanguage } from 'sandcell';

await using sandbox = await Sandbox.create({
  env: { PYTHON_VERSION: '3.11', JAVA_VERSION: '17', NODE_VERSION: '20', GO_VERSION: '1.24' },
});
const { codes } = await CodeInterpreter.create(sandbox);

const { PYTHON, JAVA, JAVASCRIPT, GO } = SupportedLanguage;
for (const language of [PYTHON, JAVA, JAVASCRIPT, GO]) {
  try {
    const context = await codes.createContext(language);
    console.log(`${language}: ${context.version}`);
  } catch (error) {
    if (!(error instanceof RuntimeNotFoundError)) throw error;
    console.log(`${language}: ${error.message}`); // it lists what is installed
  }
}
