import { describe, expect, it } from "vitest";
import { modules } from "../src/screens/qr";
import { decoded } from "../src/screens/reading";
import { readLink } from "../src/screens/links";
import { codeAt } from "../src/screens/rotating";

// RFC 6238, appendix B: SHA-256, 32 bytes "1234…", steps of 30 s, eight digits.
const SECRET = btoa("12345678901234567890123456789012").replace(/=/g, "");

describe("a rotating code", () => {
  it.each([
    [59, "46119246"],
    [1111111109, "68084774"],
    [1111111111, "67062674"],
    [1234567890, "91819424"],
    [2000000000, "90698825"],
  ])("at %i s is what the standard says", async (seconds, code) => {
    expect(await codeAt(SECRET, seconds * 1000, 30, 8)).toBe(code);
  });

  it("is read from its link, as a poster's is", () => {
    expect(readLink("https://x.cn/phone/#at=place.01234567")).toEqual({
      place: "place",
      code: "01234567",
      poster: false,
    });
    expect(readLink("#at=place.p.seCret_-1")).toEqual({
      place: "place",
      code: "seCret_-1",
      poster: true,
    });
    expect(readLink("https://pay.example/1")).toBeNull();
  });
});

describe("a QR code", () => {
  it("of version 1 is the one that other encoders draw at this mask", () => {
    const drawn = modules("hello").map((row) => row.map(Number).join(""));
    expect(drawn).toEqual(
      `111111100110001111111 100000101100001000001 101110100101101011101 101110100011001011101
       101110101100101011101 100000100000101000001 111111101010101111111 000000000011100000000
       101010100101000010010 001011000010001000011 010100101110100011111 110010000000001000010
       011010110010101010000 000000001111010100111 111111100011011100111 100000100011110110000
       101110101011011100011 101110100100001100110 101110101110100010101 100000100100001010010
       111111101110101100011`.split(/\s+/),
    );
  });

  it("grows with what it says, up to a long link", () => {
    expect(modules("x".repeat(15))).toHaveLength(25);
    expect(modules("x".repeat(412))).toHaveLength(77);
  });
});

/** A code as a camera sees it: some pixels a module, a margin, turned by a quarter, unevenly lit. */
function seen(text: string, turned = false): { data: Uint8ClampedArray; width: number; height: number } {
  const rows = modules(text);
  const [scale, margin] = [5, 20];
  const side = rows.length * scale + 2 * margin;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const [column, row] = [x, y].map((one) => Math.floor((one - margin) / scale));
      const dark = turned ? rows[column!]?.[rows.length - 1 - row!] : rows[row!]?.[column!];
      const light = (dark ? 40 : 180) + (60 * x) / side + ((x * 7 + y * 13) % 11);
      data.fill(light, (y * side + x) * 4, (y * side + x) * 4 + 3);
    }
  return { data, width: side, height: side };
}

describe("the reader for browsers without one", () => {
  const link = "https://xiachen.example.cn/phone/#at=0198c2de-7e3a-7cc1-a6f2-3a5d4f1b2c3d.01234567";

  it.each([false, true])("reads what our own codes say (turned: %s)", (turned) => {
    expect(decoded(seen(link, turned))).toBe(link);
  });

  it("finds nothing where there is none", () => {
    const wall = { data: new Uint8ClampedArray(200 * 200 * 4).fill(200), width: 200, height: 200 };
    expect(decoded(wall)).toBe("");
  });
});
