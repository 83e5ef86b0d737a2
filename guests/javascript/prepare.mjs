/* From the text of a cell to the script that V8 evaluates, in stages that each know the way back. */
import { Script } from 'node:vm';
import { parsesAsCell, rewriteModuleSyntax } from './imports.mjs';
import { takeNpmLines } from './npm.mjs';
import { applyEdits, noteScript } from './sources.mjs';
import { loadTransform, stripTypes } from './typescript.mjs';

const MODULE_SYNTAX = /\b(?:import|export)\b/;

/** A {text} to evaluate, or {error: {compile}} where the TypeScript compiler refused the cell. */
export function prepare(code, name, language) {
  const script = { text: code, name, stages: [] };
  const npm = takeNpmLines(code, (text) => isCode(text, name, language));
  if (npm !== null) addStage(script, npm.stage);
  if (looksLikeObject(script.text)) addStage(script, parenthesise(script.text, language));
  if (language === 'typescript') {
    const stage = stripTypes(script.text, name);
    if (stage.error !== undefined) return { error: { compile: stage.error } };
    addStage(script, stage);
  }
  if (MODULE_SYNTAX.test(script.text)) addStage(script, rewriteModuleSyntax(script.text, language));
  // Before the imports, which have been moved to the start.
  if (npm !== null) addStage(script, npm.prepend(script.text));
  return script;
}

/** Appends a stage, {text, locate}; nothing for null. A third `true` from `locate`: the place is of the cell itself. */
export function addStage(script, stage) {
  if (stage === null) return;
  const { name, stages } = script;
  script.text = stage.text;
  stages.push(stage.locate);
  noteScript(name, (line, column) => {
    let place = [line, column];
    for (let index = stages.length - 1; index >= 0 && place !== null && place[2] !== true; index--)
      place = stages[index](...place);
    return place;
  });
}

/** Loads what the language will need, while nobody waits for it. */
export function warmUp(language) {
  if (language === 'typescript') {
    loadTransform();
    stripTypes('const warm: number = 1', 'warm.ts');
  }
}

function isCode(text, name, language) {
  return language === 'typescript' ? stripTypes(text, name).error === undefined : parsesAsCell(text);
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
