import { z } from 'zod';
import { CHECKS, reportSchema } from '../../dist/doctor/report.js';
import { fieldTable, MEANING, NAME, TYPE } from './tables.mjs';

/** docs/doctor.md: what is checked, and the shape of `sandcell doctor --json`. */
export function renderDoctor() {
  const checks = Object.entries(CHECKS).map(([name, about]) => `| \`${name}\` | ${about} |`);
  const schema = z.toJSONSchema(reportSchema, { target: 'draft-7' });
  return `<!-- Written by npm run docs from src/doctor/report.ts. -->

# Doctor

\`sandcell doctor\` finds out what works on this machine by starting a real sandbox and running a real cell in it. Of each check it says ok, warning (the server works, with less) or failure, and how to mend it. Give it the settings that the server has: it examines with them.

Exit code: 0 where no check failed, 1 where one did, 2 where it was called wrongly.

| Check | About |
| --- | --- |
${checks.join('\n')}

## As JSON

\`sandcell doctor --json\` prints one object of this shape. Names of checks and fields stay; new ones may come.

${fieldTable(schema, { Field: NAME, Type: TYPE, Meaning: MEANING })}
`;
}
