import { rm } from 'node:fs/promises';
import type { Settings } from '../config.ts';
import type { Environment } from '../user-folders.ts';
import { downloadFolder, listDownloads } from './download-store.ts';

/** One line about what is kept of downloads: how much, how many files, where. */
export async function describeDownloads(env: Environment, { downloadCacheMiB }: Settings): Promise<string> {
  const { size, count } = await measured(env);
  return `${size} of ${downloadCacheMiB} MiB in ${count} files in ${downloadFolder(env)}`;
}

/** Removes all of it; servers that run go on, and download anew. One line about what was removed. */
export async function clearDownloads(env: Environment): Promise<string> {
  const folder = downloadFolder(env);
  const { size, count } = await measured(env);
  for (const { file } of await listDownloads(folder)) await rm(file, { force: true });
  return `removed ${size} in ${count} files from ${folder}`;
}

async function measured(env: Environment): Promise<{ size: string; count: number }> {
  const downloads = await listDownloads(downloadFolder(env));
  const bytes = downloads.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { size: `${(bytes / 1_048_576).toFixed(1)} MiB`, count: downloads.length };
}
