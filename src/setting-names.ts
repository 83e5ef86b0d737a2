/** `memory_mib` → `memoryMiB` */
export type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Head}${CapitalizedWords<Rest>}`
  : Name;
type CapitalizedWords<Name extends string> = Name extends `${infer Word}_${infer Rest}`
  ? `${CapitalizedWord<Word>}${CapitalizedWords<Rest>}`
  : CapitalizedWord<Name>;
type CapitalizedWord<Word extends string> = Word extends 'mib' ? 'MiB' : Capitalize<Word>;

export function toCamelCase(name: string): string {
  return name.replaceAll(/_(\w)(\w*?)(?=_|$)/g, (_match, first: string, rest: string) => {
    return `${first}${rest}` === 'mib' ? 'MiB' : `${first.toUpperCase()}${rest}`;
  });
}
