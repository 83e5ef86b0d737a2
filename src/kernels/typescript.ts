import { nodeDriver } from './javascript.ts';
import type { KernelDriver } from './kernel.ts';

export const typescript: KernelDriver = nodeDriver('typescript', ['oxc-parser', 'oxc-transform']);
