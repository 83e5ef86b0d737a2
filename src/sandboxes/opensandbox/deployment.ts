import { readFileSync } from 'node:fs';
import { ConfigError, type Settings } from '../../config.ts';
import type { Deployment } from './lifecycle.ts';

/** How the deployment is reached, by the settings. Throws a ConfigError where the key cannot be read. */
export function deploymentOf(settings: Settings): Deployment {
  const { domain, protocol, useServerProxy, callTimeoutMs } = settings;
  return {
    ...{ domain, protocol },
    apiKey: settings.apiKey ?? keyIn(settings.apiKeyFile),
    useServerProxy: useServerProxy === 'on',
    timeoutMs: callTimeoutMs,
  };
}

function keyIn(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  const allowed = 'allowed is a readable file with the key on one line';
  let content: string;
  try {
    content = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
    throw new ConfigError(`api_key_file is "${file}": ${why}; ${allowed}`, { cause: error });
  }
  if (/^[\x21-\x7e]{1,4096}$/.test(content)) return content;
  throw new ConfigError(`api_key_file is "${file}": its content is no key; ${allowed}`);
}
