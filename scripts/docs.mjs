// Writes the reference pages from the built program, so that they cannot differ from it.
// With --check it writes nothing and fails where a page differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { renderDefault } from '../dist/help.js';
import { SETTINGS } from '../dist/settings.js';
import { renderDoctor } from './docs/doctor.mjs';
import { renderLibrary } from './docs/library.mjs';
import { renderTools } from './docs/tools.mjs';

const PAGES = {
  'docs/configuration.md': renderConfiguration,
  'docs/tools.md': renderTools,
  'docs/doctor.md': renderDoctor,
  'docs/library.md': () => renderLibrary(read(new URL('docs/library-introduction.md', import.meta.url))),
};

const isCheck = process.argv.includes('--check');
for (const [path, render] of Object.entries(PAGES)) {
  const file = new URL(`../${path}`, import.meta.url);
  const page = await format(render(), { ...(await resolveConfig(file)), parser: 'markdown' });
  if (!isCheck) writeFileSync(file, page);
  else if (read(file) !== page) {
    process.stderr.write(`${path} differs from what the program says: run npm run docs\n`);
    process.exitCode = 1;
  }
}

function renderConfiguration() {
  const rows = SETTINGS.map((setting) =>
    [`\`${setting.name}\``, renderDefault(setting), setting.allowed, setting.description].join(' | '),
  );
  return `<!-- Written by npm run docs from src/settings.ts. -->

# Configuration

Sandcell runs without any setting. Each setting below can be given in three places; of one setting, the first of them that has it wins:

1. a flag: \`--memory-mib 2048\`, or \`--memory-mib=2048\`; \`--http\` alone is \`--http=true\`; \`auth_tokens\`, a secret, has no flag
2. an environment variable: \`SANDCELL_MEMORY_MIB=2048\`
3. a JSON file of settings: \`{ "memory_mib": 2048 }\`, named by \`--config FILE\` or \`SANDCELL_CONFIG\`

A flag is the name of the setting with dashes, a variable is the name in capitals after \`SANDCELL_\`. A list is written with commas in flags and variables, and as an array in the file. An empty variable counts as one that is not set. A wrong setting stops the start with its name, its value, and what is allowed.

| Setting | Default | Allowed | Meaning |
| --- | --- | --- | --- |
${rows.map((row) => `| ${row} |`).join('\n')}
`;
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
