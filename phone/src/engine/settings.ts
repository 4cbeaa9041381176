/** What is convenient to know before anybody is let in: language, letters. Nothing of a person. */

export function setting(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function keepSetting(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Only convenience is lost.
  }
}

/** Earlier apps wrote here, in clear, in which community somebody works. */
export function forgetCommunities(): void {
  try {
    for (const name of Object.keys(localStorage))
      if (name.startsWith("community:")) localStorage.removeItem(name);
  } catch {
    // Where nothing can be read nothing was written.
  }
}
