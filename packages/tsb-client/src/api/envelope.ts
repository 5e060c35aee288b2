import { list, optional } from './shape.js';
import { base64, base64NotEmpty } from './values.js';

/** What asynchronous requests carry besides their fields: words for approvers, not covered by what they sign (§6). */
export const tagged = {
  /** Base64; by convention of UTF-8 JSON. */
  metaData: optional(base64),
  /** Base64 of a signature over the decoded metadata. */
  metaDataSignature: optional(base64),
};

/** What synchronous calls carry besides their fields: approvals collected beforehand (§5.6). */
export const withApprovals = { signedApprovals: optional(list(base64NotEmpty)) };
