import { pino, stdTimeFunctions } from 'pino';
import type { Settings } from './config.ts';

/** Fields that name what a line is about. Never the code of a cell, its output, or a value of its environment. */
export interface LogFields {
  readonly [field: string]: unknown;
  readonly session?: string;
  readonly sandbox?: string;
  readonly context?: string;
  readonly execution?: string;
}

export interface Logger {
  error(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  debug(fields: LogFields, message: string): void;
  /** A logger that puts `fields` into each of its lines. */
  child(fields: LogFields): Logger;
}

/** A field of one of these names, at the top or one level down, is written as "[hidden]" should it be passed by mistake. */
const HIDDEN = ['code', 'env', 'stdout', 'stderr', 'text', 'token', 'apiKey', 'password', 'authorization'];

/**
 * Writes one line of JSON for each message of `level` or worse to stderr (stdout belongs to the stdio transport), at
 * once, so that none is lost when the process ends. An `err` field is written with its stack.
 */
export function createLogger(level: Settings['logLevel'], fileDescriptor = 2): Logger {
  const destination = pino.destination({ dest: fileDescriptor, sync: true });
  // A full disk or a closed stderr costs the line, not the server.
  destination.on('error', () => undefined);
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: HIDDEN.flatMap((name) => [name, `*.${name}`]), censor: '[hidden]' },
    },
    destination,
  );
}
