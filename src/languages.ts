/** Every language a context can have, as it is called on the wire. */
export const LANGUAGES = ['python', 'javascript', 'typescript', 'java', 'go', 'bash'] as const;

export type Language = (typeof LANGUAGES)[number];
