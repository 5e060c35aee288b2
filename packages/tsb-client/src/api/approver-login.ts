/** Oldest login timestamp that a TSB takes by default, in seconds (`maxTimestampDiffApprovalClient`, §5.2). */
export const maxLoginAgeSeconds = 600;

/** How far in the future a login timestamp may be by default, in seconds (`maxFutureTimestampDiffApprovalClient`). */
export const maxLoginFutureSeconds = 0;
