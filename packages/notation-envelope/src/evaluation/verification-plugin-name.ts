/** Letters, digits and single marks between them: no path, no option, no space, on any platform (S28). */
const nameForm = /^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/;

/** Whether a plugin may be called by a text, which may come from a signature: at most 128 characters. */
export function isPluginName(name: string): boolean {
  return name.length <= 128 && nameForm.test(name);
}
