/* The words of memory that the two threads of interrupts.mjs share. */

/**
 * Number of the cell << 2 | one of the states, in one word, so that a swap meant for an earlier cell fails.
 * TERMINATING: V8 was told to end what runs. LANDED: it has.
 */
export const STATE = 0;
export const IDLE = 0;
export const RUNNING = 1;
export const TERMINATING = 2;
export const LANDED = 3;
/** How many questions of the worker the main thread has answered. */
export const ANSWERS = 1;
/** 1 once the worker has closed its inspector session. */
export const DETACHED = 2;

export const WORDS = 3;

export const pack = (number, state) => (number << 2) | state;
export const stateOf = (word) => word & 3;
export const numberOf = (word) => word >> 2;
