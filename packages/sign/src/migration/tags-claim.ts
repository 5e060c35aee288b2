/** About as many characters as people read of one claim. */
const longest = 400;
/** What reads as a digest: approvers refuse a claim with one that the bytes do not prove. */
const digestLike = /[0-9a-f]{64}/i;

/**
 * Names of tags as a claim. Every signer of a repository chooses names as it likes, and none of them may keep people from approving
 * the others: only so many are said, and none that reads as a digest.
 */
export function tagsClaim(names: readonly string[]): string {
  let left = longest;
  const said = names.filter((name) => {
    left -= name.length + 2;
    return left >= 0 && !digestLike.test(name);
  });
  const hidden = names.length - said.length;
  if (hidden === 0) return said.join(', ');
  return said.length === 0 ? `${hidden}, named in the report` : `${said.join(', ')} and ${hidden} more`;
}
