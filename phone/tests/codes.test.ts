import { describe, expect, it } from "vitest";
import { modules } from "../src/screens/qr";
import { codeAt, readLink } from "../src/screens/rotating";

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
