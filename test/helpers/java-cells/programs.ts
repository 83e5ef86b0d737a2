import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('programs/', import.meta.url);
const MARK = /^\s*\/\/ ---$/m;
const MAIN_CLASS = /^public class \w+ \{\n([^]*?)^\}\n/m;
const MAIN = /^ {2}public static void main\([^)]*\) throws Exception \{\n([^]*?)^ {2}\}\n/m;

/** A program of programs/, and the same as cells: what it declares, then main's body cut at its marks. */
export interface Program {
  readonly name: string;
  readonly path: string;
  readonly source: string;
  readonly cells: readonly string[];
}

export const programs: readonly Program[] = readdirSync(FOLDER)
  .sort()
  .map((name) => {
    const source = readFileSync(new URL(name, FOLDER), 'utf8');
    return { name, path: fileURLToPath(new URL(name, FOLDER)), source, cells: toCells(source) };
  });

/** The members of the main class stand at the top level of a cell, after the types that they use. */
function toCells(source: string): string[] {
  const members = MAIN_CLASS.exec(source)?.[1] ?? '';
  const body = MAIN.exec(members)?.[1] ?? '';
  const types = source.replace(MAIN_CLASS, '').trim();
  const others = members.replace(MAIN, '').replace(/^ {2}/gm, '').trim();
  return [types, others, ...body.split(MARK).map((part) => part.replace(/^ {4}/gm, '').trim())];
}
