/** What existing clients call each operation in `type` (`tsb-rest-api.md` §6). */
const types: ReadonlyMap<string, string> = new Map([
  ['sign', 'Sign'],
  ['decrypt', 'Decrypt'],
  ['unwrap', 'UnWrap'],
  ['block', 'Block'],
  ['unblock', 'UnBlock'],
  ['modify', 'Modify'],
  ['certificate', 'Certificate'],
]);

/** The `type` of a description, by the operation it is bound to. */
export function requestType(operation: string | undefined): string {
  return types.get(operation ?? 'sign') ?? 'Sign';
}
