#!/usr/bin/env node
import { type Config, ConfigError, loadConfig, type Settings } from './config.ts';
import { createLogger, type Logger } from './logger.ts';
import { serve } from './serve.ts';

async function serveUntilStopped(settings: Settings): Promise<void> {
  const logger = createLogger(settings.logLevel);
  await serve(settings, logger, Promise.race([signalled(), crashed(logger)]));
}

function signalled(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, resolve);
  });
}

/** Our own bug: said in the log, and the sandboxes are ended in good order. */
function crashed(logger: Logger): Promise<string> {
  return new Promise((resolve) => {
    const onCrash = (error: unknown): void => {
      logger.error('unexpected error', { error });
      process.exitCode = 1;
      resolve('an unexpected error');
    };
    process.on('uncaughtException', onCrash);
    process.on('unhandledRejection', onCrash);
  });
}

async function diagnose({ settings, json }: { settings: Settings; json: boolean }): Promise<void> {
  const { examine } = await import('./doctor/doctor.ts');
  const { renderReport } = await import('./doctor/render.ts');
  const report = await examine(settings);
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report));
  process.exitCode = report.ok ? 0 : 1;
}

async function prepare({ settings, languages }: Extract<Config, { command: 'prepare' }>): Promise<void> {
  const { prepareLanguages } = await import('./sandboxes/bubblewrap/preparations/prepare-languages.ts');
  const stop = new AbortController();
  void signalled().then((signal) => {
    stop.abort(new Error(`stopped by ${signal}`));
  });
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const logger = createLogger('silent'); // what it would say is said
  const allReady = await prepareLanguages(languages, { settings, logger, say }, stop.signal);
  process.exitCode = allReady ? 0 : 1;
}

async function showCache({ settings, isCleared }: Extract<Config, { command: 'cache' }>): Promise<void> {
  const { clearDownloads, describeDownloads } = await import('./registries/kept-downloads.ts');
  const line = isCleared ? await clearDownloads(process.env) : await describeDownloads(process.env, settings);
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
  const config = loadConfig(process.argv.slice(2), process.env);
  switch (config.command) {
    case 'help':
      process.stdout.write((await import('./help.ts')).renderHelp());
      return;
    case 'version':
      process.stdout.write(`${(await import('./version.ts')).VERSION}\n`);
      return;
    case 'doctor':
      await diagnose(config);
      return;
    case 'prepare':
      await prepare(config);
      return;
    case 'cache':
      await showCache(config);
      return;
    case 'serve':
      await serveUntilStopped(config.settings);
  }
}

try {
  await main();
  process.exit();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`sandcell: ${error.message}\n`);
  process.exit(2);
}
