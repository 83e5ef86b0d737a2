import { declarations } from './declarations.ts';
import { failures } from './failures.ts';
import { library } from './library.ts';
import { output } from './output.ts';
import { redefinition } from './redefinition.ts';
import type { JavaSequence } from './sequence.ts';
import { statements } from './statements.ts';
import { threads } from './threads.ts';
import { values } from './values.ts';

/** What Java cells give. */
export const topics: Readonly<Record<string, readonly JavaSequence[]>> = {
  values,
  declarations,
  redefinition,
  statements,
  failures,
  threads,
  output,
  'the library': library,
};
