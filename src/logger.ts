import { type Logger as Pino, pino, stdSerializers, stdTimeFunctions } from 'pino';
import type { Settings } from './config.ts';

/** Fields that name what a line is about. Never the code of a cell, its output, or a value of its environment. */
export interface LogFields {
  readonly [field: string]: unknown;
  readonly session?: string;
  readonly sandbox?: string;
  readonly context?: string;
  readonly execution?: string;
  /** Written with its stack and its causes. */
  readonly error?: unknown;
}

export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** A logger that puts `fields` into each of its lines. */
  child(fields: LogFields): Logger;
}

/** Fields of these names are written as "[hidden]", at the top or one level down, should they be passed by mistake. */
const HIDDEN = ['env', 'stdout', 'stderr', 'text', 'token', 'apiKey', 'password', 'authorization'];
/** One level down `code` is that of an error or an exit, not a cell's. */
const HIDDEN_PATHS = ['code', ...HIDDEN, ...HIDDEN.map((name) => `*.${name}`)];

/**
 * Writes one line of JSON for each message of `level` or worse to stderr (stdout belongs to the stdio transport), at
 * once, so that none is lost when the process ends.
 */
export function createLogger(level: Settings['logLevel'], fileDescriptor = 2): Logger {
  const destination = pino.destination({ dest: fileDescriptor, sync: true });
  // A full disk or a closed stderr costs the line, not the server.
  destination.on('error', () => undefined);
  const logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      serializers: { error: stdSerializers.errWithCause },
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: HIDDEN_PATHS, censor: '[hidden]' },
    },
    destination,
  );
  return messageFirst(logger);
}

function messageFirst(logger: Pino): Logger {
  return {
    error: (message, fields) => logger.error(fields, message),
    warn: (message, fields) => logger.warn(fields, message),
    info: (message, fields) => logger.info(fields, message),
    debug: (message, fields) => logger.debug(fields, message),
    child: (fields) => messageFirst(logger.child(fields)),
  };
}
