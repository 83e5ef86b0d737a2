import { z } from 'zod';
import { ERROR_CODES } from '../../dist/errors.js';
import { TOOLS } from '../../dist/tools/index.js';
import { fieldTable, MEANING, NAME, REQUIRED, TYPE } from './tables.mjs';

/** docs/tools.md: what a client sees of each tool, and the codes of failures. */
export function renderTools() {
  const codes = Object.entries(ERROR_CODES).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return `<!-- Written by npm run docs from src/tools and src/errors.ts. -->

# Tools

${TOOLS.map(({ name, title }) => `- [\`${name}\`](#${name}): ${title}`).join('\n')}

Every answer has the same facts twice: as text for the model in \`content\`, and in \`structuredContent\` as listed here. A cell that fails is an answer with \`isError: true\` and all fields; a call that could not be carried out is [a failure](#failures).

${TOOLS.map(renderTool).join('\n')}
## Failures

Where a call could not be carried out, \`isError\` is true, \`structuredContent\` is left out, and \`content\` is a text of two parts:

\`\`\`text
CODE: what is wrong, with names and numbers
hint: the next step
\`\`\`

| Code | Meaning |
| --- | --- |
${codes.join('\n')}
`;
}

function renderTool({ name, title, description, input, output, annotations }) {
  const [taken, given] = [toJson(input, 'input'), toJson(output, 'output')];
  const hints = Object.entries(annotations).map(([hint, value]) => `\`${hint}\` ${value}`);
  const takes =
    Object.keys(taken.properties).length === 0
      ? 'It takes no arguments.'
      : fieldTable(taken, { Argument: NAME, Type: TYPE, Required: REQUIRED, Meaning: MEANING });
  return `## ${name}

**${title}.** ${description}

Annotations: ${hints.join(', ')}.

${takes}

${fieldTable(given, { 'Field of the answer': NAME, Type: TYPE, Meaning: MEANING })}
`;
}

function toJson(schema, io) {
  return z.toJSONSchema(schema, { target: 'draft-7', io });
}
