/**
 * Draws QR codes: byte mode, correction level M, versions 1 to 15 (412 bytes).
 *
 * The mask is always the same one. Readers accept each of the eight, and choosing the best of them
 * would double the code for a difference that no phone's camera notices.
 */

const CORRECTION = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24];
const BLOCKS = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10];

const EXP: number[] = [];
const LOG: number[] = [];
for (let i = 0, x = 1; i < 255; i++) {
  EXP[i] = x;
  LOG[x] = i;
  x = (x << 1) ^ (x > 127 ? 0x11d : 0);
}

const times = (a: number, b: number) => (a && b ? EXP[(LOG[a]! + LOG[b]!) % 255]! : 0);

/** Modules outside the patterns of a version, in bits. */
function room(version: number): number {
  const patterns = version > 1 ? Math.floor(version / 7) + 2 : 0;
  return (
    (16 * version + 128) * version +
    64 -
    (patterns ? (25 * patterns - 10) * patterns - 55 : 0) -
    (version > 6 ? 36 : 0)
  );
}

function correct(data: number[], count: number): number[] {
  const divisor: number[] = [...Array<number>(count - 1).fill(0), 1];
  for (let i = 0, root = 1; i < count; i++, root = times(root, 2))
    for (let j = 0; j < count; j++)
      divisor[j] = times(divisor[j]!, root) ^ (divisor[j + 1] ?? 0);
  const rest: number[] = Array<number>(count).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest.shift()!;
    rest.push(0);
    divisor.forEach((one, i) => (rest[i]! ^= times(one, factor)));
  }
  return rest;
}

/** Data and correction of all blocks, interleaved as they are laid out. */
function codewords(bytes: Uint8Array, version: number): number[] {
  const whole = room(version) >> 3;
  const each = CORRECTION[version]!;
  const blocks = BLOCKS[version]!;
  const capacity = whole - each * blocks;
  const wide = version > 9;
  // Mode 0100, the length in 8 or 16 bits, the bytes, 0000: all shifted by half a byte.
  const head = wide ? [4, bytes.length >> 8, bytes.length & 255] : [4, bytes.length];
  const full = [...head, ...bytes, 0];
  const data = full.slice(1).map((one, i) => ((full[i]! << 4) | (one >> 4)) & 255);
  for (let pad = 0xec; data.length < capacity; pad ^= 0xfd) data.push(pad);
  const long = capacity % blocks;
  const short = Math.floor(capacity / blocks);
  const parts: number[][] = [];
  for (let i = 0, at = 0; i < blocks; i++) {
    const size = short + (i >= blocks - long ? 1 : 0);
    parts.push(data.slice(at, (at += size)));
  }
  const laid: number[] = [];
  for (let i = 0; i <= short; i++) for (const one of parts) if (i < one.length) laid.push(one[i]!);
  const checks = parts.map((one) => correct(one, each));
  for (let i = 0; i < each; i++) for (const one of checks) laid.push(one[i]!);
  return laid;
}

/** Return the rows of the code, true where a module is dark. */
export function modules(text: string): boolean[][] {
  const bytes = new TextEncoder().encode(text);
  let version = 1;
  while (
    version < 15 &&
    (room(version) >> 3) - CORRECTION[version]! * BLOCKS[version]! <
      bytes.length + (version > 9 ? 3 : 2)
  )
    version++;
  const size = version * 4 + 17;
  const rows: boolean[][] = Array.from({ length: size }, () => []);
  const fixed: boolean[][] = Array.from({ length: size }, () => []);
  const put = (x: number, y: number, dark: boolean) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    rows[y]![x] = dark;
    fixed[y]![x] = true;
  };
  drawPatterns(version, size, put);
  let bit = 0;
  const laid = codewords(bytes, version);
  for (let right = size - 1; right > 0; right -= 2) {
    // The column of the timing pattern is left out.
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++)
      for (const x of [right, right - 1]) {
        const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
        if (fixed[y]![x]) continue;
        const dark = bit < laid.length * 8 && ((laid[bit >> 3]! >> (7 - (bit & 7))) & 1) === 1;
        rows[y]![x] = dark !== ((x + y) % 2 === 0);
        bit++;
      }
  }
  return rows;
}

type Put = (x: number, y: number, dark: boolean) => void;

function drawPatterns(version: number, size: number, put: Put): void {
  for (let i = 0; i < size; i++) {
    put(6, i, i % 2 === 0);
    put(i, 6, i % 2 === 0);
  }
  for (const [left, top] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const)
    for (let y = -4; y < 5; y++)
      for (let x = -4; x < 5; x++) {
        const ring = Math.max(Math.abs(x), Math.abs(y));
        put(left + x, top + y, ring !== 2 && ring !== 4);
      }
  const count = version > 1 ? Math.floor(version / 7) + 2 : 0;
  const step = count && Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  const at = Array.from({ length: count }, (_, i) => (i ? size - 7 - (count - 1 - i) * step : 6));
  for (const y of at)
    for (const x of at)
      if (!((x === 6 && (y === 6 || y === at[count - 1])) || (y === 6 && x === at[count - 1])))
        for (let j = -2; j < 3; j++)
          for (let i = -2; i < 3; i++) put(x + i, y + j, Math.max(Math.abs(i), Math.abs(j)) !== 1);
  drawFormat(size, put);
  if (version > 6) {
    let rest = version;
    for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
    const bits = (version << 12) | rest;
    for (let i = 0; i < 18; i++) {
      const a = size - 11 + (i % 3);
      const b = Math.floor(i / 3);
      put(a, b, ((bits >> i) & 1) === 1);
      put(b, a, ((bits >> i) & 1) === 1);
    }
  }
}

function drawFormat(size: number, put: Put): void {
  // Level M with mask 0, its fifteen bits as the standard lists them.
  const bits = 0x5412;
  for (let i = 0; i < 15; i++) {
    const dark = ((bits >> i) & 1) === 1;
    put(8, i < 6 ? i : i < 8 ? i + 1 : size - 15 + i, dark);
    put(i < 8 ? size - 1 - i : i < 9 ? 7 : 14 - i, 8, dark);
  }
  put(8, size - 8, true);
}
