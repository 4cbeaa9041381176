/** The order of names and numbers as people expect it: 2 before 10. */
export const { compare } = new Intl.Collator("zh", { numeric: true });
