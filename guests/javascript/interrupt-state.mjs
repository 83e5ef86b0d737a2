/* The words of memory that the two threads of interrupts.mjs share. */

/** Number of the cell << 2 | IDLE, RUNNING or TERMINATING: in one word, so that a swap meant for an earlier cell fails. */
export const STATE = 0;
export const IDLE = 0;
export const RUNNING = 1;
export const TERMINATING = 2;
/** How many questions of the worker the main thread has answered. */
export const ANSWERS = 1;
/** 1 once the termination that was sent has hit. */
export const LANDED = 2;
/** 1 once the worker has closed its inspector session. */
export const DETACHED = 3;

export const WORDS = 4;
