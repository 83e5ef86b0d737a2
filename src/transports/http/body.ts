import express, { type RequestHandler } from 'express';
import { HttpFailure } from './failure.ts';

/** A cell is at most 1 MB, which JSON can make up to six times as long; few are. */
const parse: RequestHandler = express.json({ limit: '4mb' });

/** Reads a body of JSON, the only one that is taken. */
export const readJson: RequestHandler[] = [
  (request, _response, next) => {
    // A missing body has no type that could be wrong; the parser then leaves it out.
    if (request.is('application/json') !== false) next();
    else throw new HttpFailure(415, 'The Content-Type must be application/json');
  },
  parse,
];
