/** How far the clocks of machines that share a store, or exchange request files, may be apart, in milliseconds. */
export const clockSkewMs = 300_000;
