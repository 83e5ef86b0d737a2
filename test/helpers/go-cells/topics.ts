import { closures } from './closures.ts';
import { compileErrors } from './compile-errors.ts';
import { concurrency } from './concurrency.ts';
import { constants } from './constants.ts';
import { containment } from './containment.ts';
import { dataLibrary } from './data-library.ts';
import { embedding } from './embedding.ts';
import { errorValues } from './errors.ts';
import { expressions } from './expressions.ts';
import { failures } from './failures.ts';
import { functions } from './functions.ts';
import { generics } from './generics.ts';
import { imports } from './imports.ts';
import { library } from './library.ts';
import { loops } from './loops.ts';
import { methods } from './methods.ts';
import { panicking } from './panics.ts';
import type { GoSequence } from './sequence.ts';
import { tagged } from './structs-and-json.ts';
import { textLibrary } from './text-library.ts';
import { types } from './types.ts';
import { values } from './values.ts';
import { wholePrograms } from './whole-programs.ts';

/** The table of Go cells, by topic. */
export const topics: Readonly<Record<string, readonly GoSequence[]>> = {
  values,
  'last expressions': expressions,
  functions,
  types,
  constants,
  methods,
  embedding,
  generics,
  closures,
  concurrency,
  containment,
  'loops and jumps': loops,
  imports,
  'whole programs': wholePrograms,
  'compile errors': compileErrors,
  panics: panicking,
  'failed cells': failures,
  'structs and JSON': tagged,
  'error values': errorValues,
  text: textLibrary,
  data: dataLibrary,
  library,
};
