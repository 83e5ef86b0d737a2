/**
 * A small assembler for classic BPF. Blocks nest instead of jumping to labels: a condition knows the length of the block
 * that it guards. A block that does not end in {@link end} falls through to what follows.
 */
export type Block = readonly Instruction[];

interface Instruction {
  readonly code: number;
  /** How many instructions are skipped where the comparison holds, and where it does not: 255 at most. */
  readonly whenTrue: number;
  readonly whenFalse: number;
  readonly value: number;
}

const LOAD_WORD = 0x20;
const AND = 0x54;
const RETURN = 0x06;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_ABOVE = 0x25;
const JUMP_IF_ANY_BIT = 0x45;

/** Loads the 32-bit word at a byte offset of the data that the program judges. */
export function load(offset: number): Block {
  return [{ code: LOAD_WORD, whenTrue: 0, whenFalse: 0, value: offset }];
}

export function mask(bits: number): Block {
  return [{ code: AND, whenTrue: 0, whenFalse: 0, value: bits }];
}

/** Ends the program with this verdict. */
export function end(verdict: number): Block {
  return [{ code: RETURN, whenTrue: 0, whenFalse: 0, value: verdict }];
}

/** Unsigned. */
export function whenAbove(value: number, body: Block): Block {
  return [{ code: JUMP_IF_ABOVE, whenTrue: 0, whenFalse: body.length, value }, ...body];
}

export function unlessAbove(value: number, body: Block): Block {
  return [{ code: JUMP_IF_ABOVE, whenTrue: body.length, whenFalse: 0, value }, ...body];
}

export function whenAnyBit(bits: number, body: Block): Block {
  return [{ code: JUMP_IF_ANY_BIT, whenTrue: 0, whenFalse: body.length, value: bits }, ...body];
}

export function whenOneOf(values: readonly number[], body: Block): Block {
  if (values.length === 0) return [];
  const last = values.length - 1;
  const tests = values.map((value, index) => {
    return {
      code: JUMP_IF_EQUAL,
      whenTrue: last - index,
      whenFalse: index === last ? body.length : 0,
      value,
    };
  });
  return [...tests, ...body];
}

export function unlessOneOf(values: readonly number[], body: Block): Block {
  const last = values.length - 1;
  const tests = values.map((value, index) => {
    return { code: JUMP_IF_EQUAL, whenTrue: last - index + body.length, whenFalse: 0, value };
  });
  return [...tests, ...body];
}

/** The program as the kernel reads it: an array of `struct sock_filter`, little-endian. */
export function assemble(blocks: readonly Block[]): Buffer {
  const program = blocks.flat();
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, whenTrue, whenFalse, value }] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    // Throws above 255: such a block has to be split.
    bytes.writeUInt8(whenTrue, index * 8 + 2);
    bytes.writeUInt8(whenFalse, index * 8 + 3);
    bytes.writeUInt32LE(value, index * 8 + 4);
  }
  return bytes;
}
