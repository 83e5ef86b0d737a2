// What one run defines, the next one can use: in every language that is installed.
import { CodeInterpreter, RuntimeNotFoundError, Sandbox, SupportedLanguage } from 'sandcell';

const CELLS: Record<SupportedLanguage, readonly [define: string, use: string]> = {
  python: ['x = 42', 'result = x\nresult'],
  javascript: ['const x = 42', 'x'],
  typescript: ['const x: number = 42', 'x'],
  java: ['int x = 42;', 'x'],
  go: ['x := 42', 'x'],
  bash: ['x=42', 'echo $x'],
};

await using sandbox = await Sandbox.create();
const { codes } = await CodeInterpreter.create(sandbox);

for (const language of Object.values(SupportedLanguage)) {
  const [define, use] = CELLS[language];
  try {
    await codes.run(define, { language });
    const { result, logs } = await codes.run(use, { language });
    console.log(`${language}: ${result[0]?.text ?? logs.stdout[0]?.text.trimEnd() ?? 'nothing'}`);
  } catch (error) {
    if (!(error instanceof RuntimeNotFoundError)) throw error;
    console.log(`${language}: not installed`);
  }
}
