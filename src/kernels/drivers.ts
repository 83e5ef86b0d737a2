import { type Language, LANGUAGES } from '../languages.ts';
import { bash } from './bash.ts';
import { go } from './go.ts';
import { java } from './java.ts';
import { javascript } from './javascript.ts';
import type { KernelDriver } from './kernel.ts';
import { python } from './python.ts';
import { typescript } from './typescript.ts';

const DRIVERS: Readonly<Record<Language, KernelDriver>> = { python, javascript, typescript, java, go, bash };

export function driverOf(language: Language): KernelDriver {
  return DRIVERS[language];
}

export function allDrivers(): KernelDriver[] {
  return LANGUAGES.map(driverOf);
}
