/** The rules of a policy, in the order in which they are shown. */
export const ruleNames = ['ruleUse', 'ruleBlock', 'ruleUnblock', 'ruleModify'] as const;
/** One of the four rules of a policy. */
export type PolicyRuleName = (typeof ruleNames)[number];
