/** The words of the app: Chinese first, English when chosen. A missing one fails the build. */

import { zh } from "./zh";

export type Words = typeof zh;

/** The words in the language spoken now. */
export let w: Words = zh;

export const inEnglish = () => w !== zh;

/** Speak this language from now on; whoever calls draws again. */
export async function speak(language: "zh" | "en"): Promise<void> {
  w = language === "en" ? (await import("./en")).en : zh;
}
