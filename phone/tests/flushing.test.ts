import { expect, test } from "vitest";
import { backOff, serversWait } from "../src/engine/flushing";
import { masked, phoneName } from "../src/engine/enrolment";

test("each failure doubles the wait, up to five minutes, by chance between half and whole", () => {
  expect(backOff(1, 0)).toBe(1_000);
  expect(backOff(1, 1)).toBe(2_000);
  expect(backOff(4, 1)).toBe(16_000);
  expect(backOff(60, 1)).toBe(300_000);
});

test("the server's wait is kept whole, and up to the same again by chance", () => {
  expect(serversWait(30, 0)).toBe(30_000);
  expect(serversWait(30, 1)).toBe(60_000);
  expect(serversWait(0, 0)).toBe(1_000);
});

test("names are masked by characters, however they are written", () => {
  expect([masked("王芳"), masked("欧阳建国"), masked("𠮷野家"), masked("李"), masked("")]).toEqual([
    "王*",
    "欧***",
    "𠮷**",
    "李*",
    "*",
  ]);
});

test("phones are called by their model and browser", () => {
  const agents = [
    "Mozilla/5.0 (Linux; Android 10; M2004J19C) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; U; Android 9; zh-cn; Redmi 7 Build/PKQ1) AppleWebKit/537.36 Version/4.0 Chrome/100.0 MiuiBrowser/17.5",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1",
    "",
  ];
  expect(agents.map(phoneName)).toEqual([
    "M2004J19C · Chrome",
    "Redmi 7 · Chrome",
    "iPhone · Safari",
    "",
  ]);
});
