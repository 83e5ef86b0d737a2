import type { OpenFile } from './download.ts';

/** What the front answers with, before it becomes bytes of HTTP. */
export type Reply = TextReply | FileReply;

export interface TextReply {
  readonly contentType: string;
  readonly body: string | Buffer;
  /** The registry could not be reached, and this is what it said before. */
  readonly isStale?: boolean;
}

export interface FileReply {
  readonly contentType: string;
  readonly file: OpenFile;
}

/** A question to the front: GET or HEAD. */
export interface Question {
  /** Path below that of the protocol, decoded once; no component is empty but perhaps the last, none is `.` or `..`. */
  readonly parts: readonly string[];
  readonly accept: string;
  /** "http://127.80.0.5", which all links in answers begin with. */
  readonly base: string;
}
