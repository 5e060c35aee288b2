const label = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const repositoryForm = new RegExp(`^${label}(?:\\.${label})*(?::[0-9]+)?(?:/${component})+$`);

/** Whether a text is a full repository name: `domain[:port]/path`, no scheme, tag or digest (`notation.md` §14.2). */
export function isRepositoryName(text: string): boolean {
  return text.length <= 512 && repositoryForm.test(text);
}
