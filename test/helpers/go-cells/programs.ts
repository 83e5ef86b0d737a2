import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('programs/', import.meta.url);
const MARK = /^\s*\/\/ ---$/m;
const MAIN = /^func main\(\) \{\n([^]*?)^\}\n/m;

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

function toCells(source: string): string[] {
  const body = MAIN.exec(source)?.[1] ?? '';
  const declarations = source.replace(MAIN, '').replace(/^package main$/m, '');
  return [declarations.trim(), ...body.split(MARK).map((part) => part.replace(/^\t/gm, '').trim())];
}
