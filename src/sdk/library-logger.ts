import type { LogFields, Logger } from '../logger.ts';

/** Takes what the library logs: a line, and what it is about. `console` is one. */
export interface LibraryLogger {
  error(message: string, fields: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields: Readonly<Record<string, unknown>>): void;
  info(message: string, fields: Readonly<Record<string, unknown>>): void;
  debug(message: string, fields: Readonly<Record<string, unknown>>): void;
}

const silence = (): void => undefined;
const SILENT: LibraryLogger = { error: silence, warn: silence, info: silence, debug: silence };

export function toLogger(target: LibraryLogger = SILENT, inherited: LogFields = {}): Logger {
  const log =
    (level: keyof LibraryLogger) =>
    (message: string, fields: LogFields = {}): void => {
      target[level](message, { ...inherited, ...fields });
    };
  return {
    ...{ error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug') },
    child: (fields) => toLogger(target, { ...inherited, ...fields }),
  };
}
