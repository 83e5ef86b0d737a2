import type { Socket } from 'node:net';
import { decode, type Packet, streamEncode } from 'dns-packet';

const IDLE_MS = 30_000;
/** A question is far shorter; what is said in more than this is none. */
const MAX_QUERY_BYTES = 1024;
const TTL_S = 60;

const AUTHORITATIVE = 1 << 10;
const RECURSION_DESIRED = 1 << 8;
const RECURSION_AVAILABLE = 1 << 7;
/** In the third byte of a packet; all zeros is an ordinary question. */
const OPCODE = 0x78;
const CODES = { NOERROR: 0, FORMERR: 1, NXDOMAIN: 3, NOTIMP: 4 } as const;

/** The address of version 4 of a name; undefined where there is no such name. Never rejects. */
export type FindAddress = (name: string) => Promise<string | undefined>;

/** Answers questions for names on one connection (DNS over TCP), one after the other. */
export function serveDns(socket: Socket, findAddress: FindAddress): void {
  let received = Buffer.alloc(0);
  let isAnswering = false;
  socket.setTimeout(IDLE_MS);
  const answerNext = async (): Promise<void> => {
    if (isAnswering) return;
    isAnswering = true;
    for (let query = nextQuery(received); query; query = nextQuery(received)) {
      received = received.subarray(2 + query.length);
      const answer = await answerTo(query, findAddress);
      if (answer === undefined || socket.destroyed) {
        socket.destroy();
        return;
      }
      socket.write(answer);
    }
    isAnswering = false;
    if (socket.readableEnded) socket.end();
    else if (received.length >= 2 && received.readUInt16BE(0) > MAX_QUERY_BYTES) socket.destroy();
    else socket.resume();
  };
  socket.on('data', (chunk: Buffer) => {
    socket.pause(); // so that no more waits here than was read at once
    received = Buffer.concat([received, chunk]);
    void answerNext(); // settles always
  });
  socket.on('end', () => void answerNext());
}

/** Without its length in front; undefined while it is not there as a whole, or is too long. */
function nextQuery(received: Buffer): Buffer | undefined {
  if (received.length < 2) return undefined;
  const length = received.readUInt16BE(0);
  return length <= MAX_QUERY_BYTES && received.length >= 2 + length
    ? received.subarray(2, 2 + length)
    : undefined;
}

/** Undefined where it is so broken that there is nobody to answer. */
async function answerTo(query: Buffer, findAddress: FindAddress): Promise<Buffer | undefined> {
  const packet = decodeQuery(query);
  if (packet === undefined) return undefined;
  const answer = (code: number, answers: Packet['answers'] = []): Buffer | undefined =>
    encodeAnswer(packet, code, answers);
  if (((query[2] ?? 0) & OPCODE) !== 0) return answer(CODES.NOTIMP);
  const [question] = packet.questions ?? [];
  if (packet.questions?.length !== 1 || !question) return answer(CODES.FORMERR);
  const { name, type } = question;
  if (question.class !== 'IN') return answer(CODES.NOTIMP);
  const address = await findAddress(name);
  if (address === undefined) return answer(CODES.NXDOMAIN);
  return answer(CODES.NOERROR, type === 'A' ? [{ type, name, ttl: TTL_S, data: address }] : []);
}

function encodeAnswer(
  { id = 0, flags = 0, questions = [] }: Packet,
  code: number,
  answers: NonNullable<Packet['answers']>,
): Buffer | undefined {
  const ours = AUTHORITATIVE | RECURSION_AVAILABLE | (flags & RECURSION_DESIRED) | code;
  try {
    return streamEncode({ type: 'response', id, flags: ours, questions, answers });
  } catch {
    return undefined; // a question that can be read but not written
  }
}

function decodeQuery(query: Buffer): Packet | undefined {
  try {
    const packet = decode(query);
    return packet.type === 'query' ? packet : undefined;
  } catch {
    return undefined;
  }
}
