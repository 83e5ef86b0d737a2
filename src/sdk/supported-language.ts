import type { Language } from '../languages.ts';

/** The languages that contexts can have. Which of them are there depends on what is installed. */
export const SupportedLanguage = {
  PYTHON: 'python',
  JAVA: 'java',
  GO: 'go',
  TYPESCRIPT: 'typescript',
  JAVASCRIPT: 'javascript',
  BASH: 'bash',
} as const satisfies Record<string, Language>;

/** One of the values of {@link SupportedLanguage}, such as `'python'`. */
export type SupportedLanguage = (typeof SupportedLanguage)[keyof typeof SupportedLanguage];
