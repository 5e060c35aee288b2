/** The groups of API keys (`tsb-rest-api.md` §1.3), by the names client configurations use. */
export const apiKeyRoles = ['keyManagement', 'keyOperation', 'approver', 'service', 'approverKeyManagement'] as const;
/** One of {@link apiKeyRoles}. */
export type ApiKeyRole = (typeof apiKeyRoles)[number];
