/** What reading certificates takes; the package loads when the first task is looked at. */
export type Pkix = Pick<
  typeof import('@securosys/pki'),
  'certificateFormat' | 'certificateHolder' | 'csrFormat' | 'pemBlocks' | 'requestHolder' | 'sameGeneralName'
>;

/** Loads it. */
export async function loadPkix(): Promise<Pkix> {
  return import('@securosys/pki');
}
