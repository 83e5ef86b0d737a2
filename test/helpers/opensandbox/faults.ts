import type { IncomingMessage, ServerResponse } from 'node:http';

/** How one run goes wrong. A string is sent as the whole stream, whatever the cell does. */
export type RunFault =
  /** Ends cleanly, with neither an end nor an error. */
  | 'cut'
  /** The connection is reset in the middle. */
  | 'reset'
  /** Not even pings. */
  | 'silence'
  /** Pings for ever, the kernel being idle. */
  | 'lost'
  | 'busy'
  | { raw: string };

/** What goes wrong at a deployment; a test may change it at any time. */
export interface Faults {
  /** True where it has answered, or will never. */
  onRequest?: (call: {
    method: string;
    path: string;
    request: IncomingMessage;
    response: ServerResponse;
  }) => boolean | Promise<boolean>;
  /** For the next runs, one each; preludes do not count. */
  runs?: RunFault[];
  /** Bytes of a stream that are written at once; all there are where it is left out. */
  pieceBytes?: number;
  pingMs?: number;
  /** Languages that no kernel is installed for. */
  missing?: string[];
}
