import type { KernelDriver } from './kernel.ts';
import { type Language, LANGUAGES } from '../languages.ts';
import { python } from './python.ts';

const DRIVERS: Readonly<Record<Language, KernelDriver>> = {
  python,
  javascript: python,
  typescript: python,
  bash: python,
};

export function driverOf(language: Language): KernelDriver {
  return DRIVERS[language];
}

export function allDrivers(): KernelDriver[] {
  return LANGUAGES.map(driverOf);
}
