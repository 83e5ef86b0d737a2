/** One system call as a seccomp program sees it. */
export interface SystemCallData {
  /** AUDIT_ARCH_* */
  arch: number;
  number: number;
  args?: readonly bigint[];
}

/** What the program says: `allow`, `kill` or the number of the errno. */
export type Verdict = 'allow' | 'kill' | number;

/**
 * Runs an assembled seccomp program as the kernel would, for the instructions that ours are made of. Throws on anything
 * else, and on a jump or a fall out of the program.
 */
export function judge(program: Buffer, { arch, number, args = [] }: SystemCallData): Verdict {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(arch, 4);
  for (const [index, arg] of args.entries()) data.writeBigUInt64LE(BigInt.asUintN(64, arg), 16 + 8 * index);

  let accumulator = 0;
  for (let index = 0; index < program.length / 8; index += 1) {
    const code = program.readUInt16LE(index * 8);
    const value = program.readUInt32LE(index * 8 + 4);
    const jump = (holds: boolean): number => program.readUInt8(index * 8 + (holds ? 2 : 3));
    switch (code) {
      case 0x20: // load word
        accumulator = data.readUInt32LE(value);
        break;
      case 0x54: // and
        accumulator = (accumulator & value) >>> 0;
        break;
      case 0x15: // jump if equal
        index += jump(accumulator === value);
        break;
      case 0x25: // jump if greater
        index += jump(accumulator > value);
        break;
      case 0x45: // jump if any bit
        index += jump((accumulator & value) !== 0);
        break;
      case 0x06: // return
        return toVerdict(value);
      default:
        throw new Error(`instruction ${String(index)} has the unknown code 0x${code.toString(16)}`);
    }
  }
  throw new Error('the program ended without a verdict');
}

function toVerdict(value: number): Verdict {
  if (value === 0x7fff_0000) return 'allow';
  if (value === 0x8000_0000) return 'kill';
  if (value >>> 16 === 0x0005) return value & 0xffff;
  throw new Error(`unknown verdict 0x${value.toString(16)}`);
}
