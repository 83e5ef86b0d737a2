export { SandboxError } from '../errors.ts';
export type { ErrorCode } from '../errors.ts';
export type { State, Status } from '../executions/execution.ts';
export type { CommandStatus } from '../sandboxes/commands.ts';
export type { FileEntry } from '../sandboxes/files.ts';
export type { CodeContext } from './code-context.ts';
export { CodeInterpreter } from './code-interpreter.ts';
export type { CallOptions, Codes, CreateContextOptions, RunOptions, RunStreamOptions } from './codes.ts';
export type {
  CommandExecution,
  CommandExit,
  CommandHandlers,
  CommandOptions,
  CommandStreamEvent,
  RunCommandOptions,
  SandboxCommands,
} from './commands.ts';
export { ConnectionConfig } from './connection-config.ts';
export type { ConnectionOptions } from './connection-config.ts';
export {
  ContextNotFoundError,
  DriverUnavailableError,
  FileNotFoundError,
  InvalidArgumentError,
  IsolationUnavailableError,
  LimitReachedError,
  NotSupportedError,
  PathNotAllowedError,
  RuntimeNotFoundError,
  SandboxNotFoundError,
} from './errors.ts';
export type {
  Execution,
  ExecutionComplete,
  ExecutionError,
  ExecutionInit,
  ExecutionResult,
  ExecutionStreamEvent,
  Logs,
  OutputMessage,
} from './execution.ts';
export type { ListOptions, ReadOptions, SandboxFiles, WriteOptions } from './files.ts';
export type { ExecutionHandlers } from './handlers.ts';
export type { LibraryLogger } from './library-logger.ts';
export { Sandbox } from './sandbox.ts';
export type { SandboxInfo, SandboxMetrics } from './sandbox.ts';
export type { SandboxOptions } from './sandbox-options.ts';
export type { SandboxSettings } from './sandbox-settings.ts';
export { SupportedLanguage } from './supported-language.ts';
