import { nodeDriver } from './node-driver.ts';
