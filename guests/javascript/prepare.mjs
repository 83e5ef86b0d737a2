/* From the text of a cell to the script that V8 evaluates, in stages that each know the way back. */
import { Script } from 'node:vm';
import { loadParser, rewriteModuleSyntax } from './imports.mjs';
import { applyEdits, noteScript } from './sources.mjs';
import { loadTransform, stripTypes } from './typescript.mjs';

const MODULE_SYNTAX = /\b(?:import|export)\b/;

/** {text} of the script, or {error: {compile}} where the TypeScript compiler refused it. */
export function prepare(code, name, language) {
  const stages = [];
  const run = (stage) => {
    if (stage === null) return;
    stages.push(stage.locate);
    text = stage.text;
  };
  let text = code;
  if (looksLikeObject(code)) run(parenthesise(code, language));
  if (language === 'typescript') {
    const stage = stripTypes(text, name);
    if (stage.error !== undefined) return { error: { compile: stage.error } };
    run(stage);
  }
  if (MODULE_SYNTAX.test(text)) run(rewriteModuleSyntax(text, language));
  if (stages.length > 0) {
    noteScript(name, (line, column) => {
      let place = [line, column];
      for (let index = stages.length - 1; index >= 0 && place !== null; index--)
        place = stages[index](place[0], place[1]);
      return place;
    });
  }
  return { text };
}

/** Loads what the language will need, while nobody waits for it. */
export function warmUp(language) {
  if (language === 'typescript') {
    loadTransform();
    stripTypes('const warm: number = 1', 'warm.ts');
  }
}

// The Node REPL's own rule: `{ a: 1 }` is meant as an object, `{ a: 1 };` as a block.
function looksLikeObject(code) {
  return /^\s*\{/.test(code) && !/;\s*$/.test(code);
}

function parenthesise(code, language) {
  const stage = applyEdits(code, [
    { start: 0, end: 0, text: '(' },
    { start: code.length, end: code.length, text: '\n)' },
  ]);
  return isExpression(stage.text, language) ? stage : null;
}

function isExpression(text, language) {
  if (language === 'typescript') return stripTypes(text, 'object.ts').error === undefined;
  try {
    new Script(`async () => ${text}`);
    return true;
  } catch {
    return false;
  }
}
